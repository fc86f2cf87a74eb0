import type { Command, CommandResult } from './ports.ts'

/** Something that the workflow author can put right. The message says what, why and what to do. */
export class UserError extends Error {
  override readonly name = 'UserError'
}

/** A command that failed; the message shows it redacted, with the end of what it printed. */
export class CommandError extends Error {
  override readonly name = 'CommandError'
  readonly command: Command
  readonly result: CommandResult

  constructor(command: Command, result: CommandResult) {
    super(describeFailure(command, result))
    this.command = command
    this.result = result
  }
}

const SHOWN_LINES = 20

/** `tool arg arg`, quoted where needed, with the command's secrets and URL passwords taken out. */
export function printCommand(command: Command): string {
  const words = [command.tool, ...command.args].map((word) =>
    /^[\w@%+=:,./-]+$/.test(word) ? word : JSON.stringify(word),
  )
  return redact(words.join(' '), command.secrets ?? [])
}

/** Takes secrets, and passwords inside URLs, out of a text. */
export function redact(text: string, secrets: readonly string[]): string {
  let clean = text
  for (const secret of secrets) if (secret !== '') clean = clean.replaceAll(secret, '***')
  return clean.includes('://') ? clean.replace(/(\w+:\/\/)[^/@\s:]*:[^/@\s]*@/g, '$1***@') : clean
}

function describeFailure(command: Command, result: CommandResult): string {
  const ending = {
    silent: 'was ended: no output for too long',
    timeout: 'was ended: it took too long',
    cancelled: 'was ended: the job was cancelled',
    none: `failed with exit code ${result.exitCode}`,
  }[result.stopped ?? 'none']
  const tail = (result.stderr.trim() === '' ? result.stdout : result.stderr)
    .trimEnd()
    .split('\n')
    .slice(-SHOWN_LINES)
    .join('\n')
  return redact(`${printCommand(command)} ${ending}${tail === '' ? '' : `:\n${tail}`}`, command.secrets ?? [])
}
