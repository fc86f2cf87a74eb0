// node test/rig/prepare.mjs [PART...]: prepares the test rig from a shell. Node 20 cannot read TypeScript; Vite can.
import { fileURLToPath } from 'node:url'
import { runnerImport } from 'vite'

const { module } = await runnerImport(fileURLToPath(new URL('./prepare.ts', import.meta.url)))
const need = process.argv.slice(2)
await module.prepare({ ...(need.length > 0 && { need }), log: (line) => console.log(line) })
