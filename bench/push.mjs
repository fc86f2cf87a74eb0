// node bench/push.mjs [VERSION] [large]: our push against bare `nix copy` of the same closure, in the same run. Ratios are what counts.
// With `large` only paths of 500 MB.
import { fileURLToPath } from 'node:url'
import { runnerImport } from 'vite'

const { module } = await runnerImport(fileURLToPath(new URL('./push.ts', import.meta.url)))
await module.bench(process.argv[2] ?? '2.34.8', (line) => console.log(line), process.argv[3] === 'large')
