import { readForeignRun } from './foreign-run.ts'

/** Lines at the end of a log that can be the reason of the failure. */
const LAST = 3

/**
 * What bash, dash, busybox and make say of a program that is nowhere on PATH. A name with a folder may be one whose loader is
 * missing, which an emulator brings along.
 */
const NOT_FOUND = [
  /(?:^|: )[\w.+-]+: command not found$/,
  /(?:(?:^|\/)sh|: (?:line )?\d+): [\w.+-]+: not found$/,
  /^make(?:\[\d+\])?: [\w.+-]+: No such file or directory$/,
]

/** Whether a build ended because a program is not on PATH, where an emulator would not put it either. @param log its last lines */
export const lacksProgram = (log: readonly string[]): boolean =>
  log.slice(-LAST).some((line) => NOT_FOUND.some((message) => message.test(line.trim()))) &&
  !log.some((line) => readForeignRun(line, undefined) !== undefined)
