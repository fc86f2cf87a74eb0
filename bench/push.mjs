// node bench/push.mjs [VERSION]: our push against bare `nix copy` of the same closure, in the same run. Ratios are what counts.
import { fileURLToPath } from 'node:url'
import { runnerImport } from 'vite'

const { module } = await runnerImport(fileURLToPath(new URL('./push.ts', import.meta.url)))
await module.bench(process.argv[2] ?? '2.34.8', (line) => console.log(line))
