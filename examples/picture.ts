/**
 * Makes docs/summary.png, the picture of a job summary in the README: runs the action on a disposable machine, renders
 * the summary that it wrote, and takes a picture of it.
 *
 *     test/rig/.cache/node24/node examples/picture.ts [MARKDOWN]
 *
 * MARKDOWN: a file with a summary, to be rendered instead of that of a new run.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Marked } from 'marked'
import { fixtures, prepareFixtures } from '../test/fixtures/fixtures.ts'
import { takePicture } from '../test/rig/browser.ts'
import { rig } from '../test/rig/cache.ts'
import { Machine } from '../test/rig/machine.ts'
import { prepare } from '../test/rig/prepare.ts'
import { Runner } from '../test/rig/runner.ts'

const repository = join(import.meta.dirname, '..')
const WIDTH = 1180

const flake = `{
  description = "An almanac";
  inputs.nixpkgs.url = "path:@nixpkgs@";
  outputs = { nixpkgs, ... }: let
    native = nixpkgs.legacyPackages.x86_64-linux;
    arm = native.pkgsCross.aarch64-multiplatform;
    of = system: { inherit (nixpkgs.legacyPackages.\${system}) almanac greet; };
  in {
    packages.aarch64-linux = of "aarch64-linux";
    packages.x86_64-linux = of "x86_64-linux" // {
      almanac-aarch64-unknown-linux-gnu = arm.almanac;
      greet-aarch64-unknown-linux-gnu = arm.greet;
    };
    packages.riscv64-linux = { inherit (nixpkgs.legacyPackages.riscv64-linux) greet; };
  };
}
`

/** The summary of a run with a native, a cross and an emulated target, pushed to a cache that has a part of it. */
async function summaryOfRun(): Promise<string> {
  await prepareFixtures((line) => console.log(line))
  const folder = mkdtempSync(join(tmpdir(), 'picture-'))
  writeFileSync(join(folder, 'flake.nix'), flake.replace('@nixpkgs@', fixtures.nixpkgs))
  const machine = await Machine.start({
    user: 'root',
    nix: '2.34.8',
    binds: [...fixtures.binds, { source: repository }, { source: rig.qemu, target: '/opt/qemu' }],
    nixConf: fixtures.nixConf(),
    size: '8g',
  })
  try {
    const key = (await machine.sh('nix key generate-secret --key-name almanac-1')).trim()
    const runner = new Runner({ machine, secrets: [key], onLine: (line) => console.log(line) })
    runner.checkout(folder)
    const step = await runner.step(repository, {
      targets: 'x86_64-linux aarch64-linux riscv64-linux',
      packages: '*',
      'qemu-source': '/opt/qemu',
      'push-to': 'file:///srv/cache',
      'skip-upstream': fixtures.binaryCache,
      'signing-key': key,
    })
    if (!step.ok) throw new Error(runner.log)
    await runner.finish()
    return runner.job.summaries.join('\n')
  } finally {
    await machine.stop()
    rmSync(folder, { recursive: true })
  }
}

const STYLE = `
body { margin: 0; padding: 16px 24px; width: ${WIDTH - 48}px; font: 14px/1.5 sans-serif; color: #1f2328; background: #fff }
h2 { font-size: 20px; border-bottom: 1px solid #d1d9e0; padding-bottom: 5px; margin: 8px 0 12px }
h3 { font-size: 17px; margin: 20px 0 10px }
p, table, pre, details { margin: 0 0 14px }
table { border-collapse: collapse; display: block; overflow: hidden }
th, td { border: 1px solid #d1d9e0; padding: 5px 10px; text-align: left; vertical-align: middle }
tr:nth-child(2n) { background: #f6f8fa }
code { font: 12px monospace; background: #818b981f; border-radius: 6px; padding: 2px 5px }
pre { font: 12px monospace; background: #f6f8fa; border-radius: 6px; padding: 12px; overflow: hidden }
pre.mermaid { background: none; padding: 0 }
details { margin-bottom: 6px }`

const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')

/** GitHub's Markdown as HTML, diagrams as `<pre class="mermaid">`. */
function render(markdown: string): string {
  const marked = new Marked({
    renderer: {
      code: ({ text, lang }) => `<pre${lang === 'mermaid' ? ' class="mermaid"' : ''}>${escaped(text)}</pre>`,
    },
  })
  return marked.parse(markdown, { async: false })
}

await prepare({ need: ['browser'] })
const [file] = process.argv.slice(2)
const markdown = file === undefined ? await summaryOfRun() : readFileSync(file, 'utf8')
writeFileSync(join(tmpdir(), 'summary.md'), markdown)
const machine = await Machine.start({ user: 'root', binds: [{ source: rig.browser }] })
try {
  const html = `<style>${STYLE}</style><body>${render(markdown)}</body>`
  writeFileSync(join(repository, 'docs/summary.png'), await takePicture(machine, html, WIDTH))
} finally {
  await machine.stop()
}
