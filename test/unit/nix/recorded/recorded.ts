import { readFileSync } from 'node:fs'

/** What record.sh recorded: with these versions of Nix, on a throw-away machine. */
export const VERSIONS = ['2.8.0', '2.26.3', '2.34.8'] as const
export type Version = (typeof VERSIONS)[number]

export interface Recorded {
  readonly command: string
  readonly exitCode: number
  readonly text: string
  readonly lines: readonly string[]
}

/** One recording; throws where that version has none. */
export function recorded(version: Version, name: string): Recorded {
  const [command = '', exit = '', ...lines] = readFileSync(
    new URL(`${version}/${name}`, import.meta.url),
    'utf8',
  ).split('\n')
  if (lines.at(-1) === '') lines.pop()
  return { command: command.slice(2), exitCode: Number(exit.slice(5)), text: lines.join('\n'), lines }
}
