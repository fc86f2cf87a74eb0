import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import * as core from '@actions/core'
import { redact } from './errors.ts'
import { heldOnDisk, holdText, takePieces } from './held.ts'
import type { Annotation, Log } from './ports.ts'

const SHORTEST_SECRET = 4
/** Characters that are written at once. */
const BATCH = 64 * 1024

/**
 * The job log on stdout. A text in which anything could be a workflow command is printed between `::stop-commands::`
 * and its end, else a build log could set our state, annotate files or end a group (CVE-2020-15228 and its leftovers).
 * @param folder where long texts are kept until they are printed
 */
export function createLog(write: (text: string) => void, folder: string): Log & OwnLog {
  const token = randomBytes(16).toString('hex')
  const texts = join(folder, 'held')
  let stopped = false
  let held = 0
  const resume = (): string => {
    const line = stopped ? `::${token}::\n` : ''
    stopped = false
    return line
  }
  const guard = (text: string): string => {
    const clean = plain(redact(text, []))
    // a command begins with `::` at the start of a line, and the runner has its own idea of what ends one
    if (stopped || !clean.includes('::')) return clean
    stopped = true
    return `::stop-commands::${token}\n${clean}`
  }
  const asText = (text: string): void => write(guard(`${text}\n`))
  const asCommand = (command: () => void): void => {
    const line = resume()
    if (line !== '') write(line)
    command()
  }
  const clean = (text: string): string => redact(text, [])
  const startGroup = (title: string): string => `${resume()}::group::${escaped(plain(clean(title)))}\n`
  // No `await` between the ends of a section, so that nobody else prints inside.
  const printSection = (title: string, parts: Iterable<string>): void => {
    let ready = ''
    let empty = true
    for (const part of parts) {
      if (part === '') continue
      ready += empty ? startGroup(title) + guard(part) : guard(part)
      empty = false
      if (ready.length < BATCH) continue
      write(ready)
      ready = ''
    }
    if (empty) asText(title)
    else write(`${ready}${resume()}::endgroup::\n`)
  }
  return {
    info: asText,
    debug: (text) => core.isDebug() && asText(`debug: ${text}`),
    notice: (text, where) => asCommand(() => core.notice(clean(text), properties(where))),
    warning: (text, where) => asCommand(() => core.warning(clean(text), properties(where))),
    error: (text, where) => asCommand(() => core.error(clean(text), properties(where))),
    group: async (title, body) => {
      write(startGroup(title))
      try {
        return await body()
      } finally {
        write(`${resume()}::endgroup::\n`)
      }
    },
    hold: (name) => {
      held += 1
      const { add, save, take } = holdText(join(texts, `${held} ${name.replace(/[^\w+.?=-]/g, '_').slice(0, 200)}`))
      return { add, save, print: (title) => printSection(title, take()) }
    },
    printLeft: () => {
      for (const name of heldOnDisk(texts))
        printSection(`${name.replace(/^\d+ /, '')}: its log when the action was killed`, takePieces(join(texts, name)))
    },
    end: () => asCommand(() => undefined),
    mask: (secret) => {
      for (const part of new Set([secret, ...secret.split(/\r?\n/)])) {
        if (part.trim().length >= SHORTEST_SECRET) asCommand(() => core.setSecret(part.trim()))
      }
    },
  }
}

/** What only the runner of a stage needs. */
export interface OwnLog {
  /** Lets commands act again. */
  end(): void
  /** Prints the texts that an earlier process of this run held when it was killed. */
  readonly printLeft?: () => void
}

/**
 * The page that shows a log draws groups by lines that begin with `##[group]` or `[group]`, whether the runner wrote them
 * on a command or a build did; and the runner obeys `##[command]` anywhere in a line.
 */
const plain = (text: string): string =>
  text.includes('##[') || text.includes('group]')
    ? text.replaceAll('##[', '# #[').replace(/\[(?=(?:end)?group\])/gi, '[ ')
    : text

const escaped = (title: string): string => title.replace(/\s+/g, ' ').replaceAll('%', '%25')

function properties(where: Annotation | undefined): core.AnnotationProperties {
  return {
    ...(where?.title === undefined ? {} : { title: where.title }),
    ...(where?.file === undefined ? {} : { file: where.file }),
    ...(where?.startLine === undefined ? {} : { startLine: where.startLine }),
  }
}
