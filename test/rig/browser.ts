import { randomUUID } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { rig } from './cache.ts'
import type { Machine } from './machine.ts'

const mermaid = join(import.meta.dirname, '../../node_modules/mermaid/dist/mermaid.min.js')

/** What became of one diagram. */
export interface Drawn {
  /** What mermaid says of a diagram that it cannot draw; '' where it can. */
  readonly error: string
  /** Texts in the picture, in the order of the drawing. */
  readonly texts: readonly string[]
}

/** Runs Debian's headless chromium in a machine that has `rig.browser` bound. @returns its standard output */
async function chromium(machine: Machine, args: readonly string[], html: string): Promise<string> {
  const page = `/tmp/page-${randomUUID()}.html`
  writeFileSync(machine.path(page), html)
  const fonts = '/tmp/fonts.conf'
  writeFileSync(
    machine.path(fonts),
    `<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig><dir>${rig.browser}/usr/share/fonts</dir>
    <alias><family>sans-serif</family><prefer><family>Liberation Sans</family><family>Noto Color Emoji</family></prefer></alias>
    <alias><family>monospace</family><prefer><family>DejaVu Sans Mono</family></prefer></alias><cachedir>/tmp/fonts</cachedir></fontconfig>`,
  )
  const program = join(rig.browser, 'usr/lib/chromium/chromium-headless-shell')
  const libraries = join(rig.browser, 'usr/lib/x86_64-linux-gnu')
  const flags = ['--no-sandbox', '--disable-gpu', '--hide-scrollbars', '--user-data-dir=/tmp/chromium']
  const { code, stdout, stderr } = await machine.run([program, ...flags, ...args, `file://${page}`], {
    env: { LD_LIBRARY_PATH: `${libraries}:${libraries}/pulseaudio`, FONTCONFIG_FILE: fonts },
    user: 'root',
  })
  if (code !== 0) throw new Error(`chromium: exit ${code}\n${stderr}`)
  return stdout
}

const script = (code: string): string => `<script>${code.replaceAll('</script', '<\\/script')}</script>`

/** Draws each diagram with the `mermaid` package, as GitHub's pages do. */
export async function drawDiagrams(machine: Machine, diagrams: readonly string[]): Promise<readonly Drawn[]> {
  const work = `
    mermaid.initialize({ startOnLoad: false, securityLevel: 'strict' })
    const draw = async (text, index) => {
      try {
        const { svg } = await mermaid.render('d' + index, text)
        const picture = new DOMParser().parseFromString(svg, 'text/html')
        return { error: '', texts: [...picture.querySelectorAll('text')].map((node) => node.textContent) }
      } catch (error) { return { error: String(error), texts: [] } }
    }
    const all = async () => {
      const drawn = []
      for (const [index, text] of ${JSON.stringify(diagrams).replaceAll('<', '\\u003c')}.entries()) drawn.push(await draw(text, index))
      document.body.textContent = 'ANSWER' + btoa(encodeURIComponent(JSON.stringify(drawn))) + 'END'
    }
    void all()`
  const page = `<!doctype html><meta charset="utf-8"><body>${script(readFileSync(mermaid, 'utf8'))}${script(work)}`
  const dom = await chromium(machine, ['--virtual-time-budget=600000', '--dump-dom'], page)
  const answer = /ANSWER([\w+/=]+)END/.exec(dom)?.[1]
  if (answer === undefined) throw new Error(`chromium drew nothing: ${dom.slice(-1000)}`)
  return JSON.parse(decodeURIComponent(Buffer.from(answer, 'base64').toString())) as Drawn[]
}

/**
 * A picture of a page, as high as its content. `<pre class="mermaid">` in it is drawn.
 * @param html without `<html>` @param width of the page in pixels @returns PNG
 */
export async function takePicture(machine: Machine, html: string, width: number): Promise<Buffer> {
  const measure = `mermaid.initialize({ startOnLoad: false, securityLevel: 'strict' })
  window.onload = async () => {
    await mermaid.run()
    document.body.dataset.height = 'HEIGHT' + Math.ceil(document.documentElement.getBoundingClientRect().height) + 'END'
  }`
  const page = `<!doctype html><meta charset="utf-8">${html}${script(readFileSync(mermaid, 'utf8'))}${script(measure)}`
  const measuring = ['--virtual-time-budget=60000', `--window-size=${width},600`, '--dump-dom']
  const dom = await chromium(machine, measuring, page)
  const height = /HEIGHT(\d+)END/.exec(dom)?.[1]
  if (height === undefined) throw new Error(`chromium drew nothing: ${dom.slice(-1000)}`)
  const picture = `/tmp/picture-${randomUUID()}.png`
  const drawn = dom.replace(/<script>.*?<\/script>/gs, '')
  await chromium(machine, [`--window-size=${width},${height}`, `--screenshot=${picture}`], drawn)
  return readFileSync(machine.path(picture))
}
