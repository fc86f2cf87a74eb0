import { randomBytes } from 'node:crypto'
import * as core from '@actions/core'
import { redact } from './errors.ts'
import type { Annotation, Log } from './ports.ts'

const SHORTEST_SECRET = 4

/**
 * The job log on stdout. Everything that is not one of our own workflow commands is printed between
 * `::stop-commands::` and its end: the runner obeys `##[command]` anywhere in a line, so that a build log could
 * otherwise set our state or annotate files (CVE-2020-15228 and its leftovers).
 */
export function createLog(write: (text: string) => void): Log & { end(): void } {
  const token = randomBytes(16).toString('hex')
  let stopped = false
  const asText = (text: string): void => {
    if (!stopped) write(`::stop-commands::${token}\n`)
    stopped = true
    write(`${redact(text, [])}\n`)
  }
  const asCommand = (command: () => void): void => {
    if (stopped) write(`::${token}::\n`)
    stopped = false
    command()
  }
  const clean = (text: string): string => redact(text, [])
  return {
    info: asText,
    debug: (text) => core.isDebug() && asText(`debug: ${text}`),
    notice: (text, where) => asCommand(() => core.notice(clean(text), properties(where))),
    warning: (text, where) => asCommand(() => core.warning(clean(text), properties(where))),
    error: (text, where) => asCommand(() => core.error(clean(text), properties(where))),
    group: async (title, body) => {
      asCommand(() => core.startGroup(title.replace(/\s+/g, ' ')))
      try {
        return await body()
      } finally {
        asCommand(() => core.endGroup())
      }
    },
    end: () => asCommand(() => undefined),
    mask: (secret) => {
      for (const part of new Set([secret, ...secret.split(/\r?\n/)])) {
        if (part.trim().length >= SHORTEST_SECRET) asCommand(() => core.setSecret(part.trim()))
      }
    },
  }
}

function properties(where: Annotation | undefined): core.AnnotationProperties {
  return {
    ...(where?.title === undefined ? {} : { title: where.title }),
    ...(where?.file === undefined ? {} : { file: where.file }),
    ...(where?.startLine === undefined ? {} : { startLine: where.startLine }),
  }
}
