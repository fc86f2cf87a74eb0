import type { Undo } from './undo.ts'

/** An external command as a value: tables test it, errors print it redacted, one place runs it. */
export interface Command {
  readonly tool: string
  readonly args: readonly string[]
  /** Added to the action's own environment; `undefined` takes a variable away. */
  readonly env?: Readonly<Record<string, string | undefined>>
  readonly cwd?: string
  /** Standard input; closed at once where absent. Where bytes end with an error, the command is ended and fails with it. */
  readonly input?: string | AsyncIterable<Uint8Array>
  /** Texts that are never printed, beyond those that are masked already. */
  readonly secrets?: readonly string[]
  /** What it says where another process was in its way for a moment: it is then run again, a few times. */
  readonly busy?: RegExp
}

export interface CommandResult {
  /** Exit code; 128 + signal number where a signal ended the command. */
  readonly exitCode: number
  readonly stdout: string
  /** The last 256 KiB. */
  readonly stderr: string
  readonly seconds: number
  /** Why this action ended the command, where it did. */
  readonly stopped?: 'silent' | 'timeout' | 'cancelled'
}

export interface RunOptions {
  /** Run as root: directly, or through `sudo -n`. Throws a UserError where neither is possible. */
  readonly asRoot?: boolean
  /** Wall-clock limit in seconds. */
  readonly timeoutSeconds?: number
  /** Limit in seconds without a byte of output. */
  readonly silentSeconds?: number
  /** Do not throw on a non-zero exit code or when stopped by a limit: the caller looks at the result. */
  readonly accept?: 'any' | readonly number[]
  /** Called for each line of stdout and stderr as it comes (no line ending; invalid UTF-8 replaced). */
  readonly onLine?: (line: string, stream: 'stdout' | 'stderr') => void
  /** Lines of stderr may come some hundredths of a second late, many at once: what writes often wakes us less often. */
  readonly gather?: boolean
  /** Ends the command when it is aborted, as a cancellation does. */
  readonly signal?: AbortSignal
  /** Do not keep stdout in the result (long logs). */
  readonly discardStdout?: boolean
}

/** Runs external commands, each in a process group of its own, all of them ended on cancellation. */
export interface Commands {
  /** @throws CommandError on a non-zero exit code, a limit or a tool that is not there. */
  run(command: Command, options?: RunOptions): Promise<CommandResult>
  /**
   * Lets bytes through a command: standard input to standard output.
   * @param signal ends the command
   * @throws CommandError where it fails, at the end
   */
  filter(command: Command, input: AsyncIterable<Uint8Array>, signal?: AbortSignal): AsyncIterable<Uint8Array>
  /**
   * Starts a program that outlives this process (a daemon), its output to `logFile`; gives its pid.
   * @param record writes down that it is to be stopped
   */
  startDetached(
    command: Command,
    logFile: string,
    record: (pid: number) => Promise<void>,
    options?: { readonly asRoot?: boolean },
  ): Promise<number>
  /** Absolute path of a tool on PATH. */
  find(tool: string): string | undefined
}

export interface Annotation {
  readonly title?: string
  readonly file?: string
  readonly startLine?: number
}

/** Lines that wait, in memory and on disk, both bounded: of a very long text the middle is left out. */
export interface HeldLines {
  add(line: string): void
  /** Puts all of it on disk: post prints what a killed main leaves there. */
  save(): void
  /** Prints the lines as a folded section that nothing else gets into, and drops them. No lines: the title alone. */
  print(title: string): void
}

/** The job log. All text is safe: what would act as a workflow command is printed as text. */
export interface Log {
  info(text: string): void
  debug(text: string): void
  notice(text: string, where?: Annotation): void
  warning(text: string, where?: Annotation): void
  error(text: string, where?: Annotation): void
  /** A folded section of the log, closed also when `body` throws. */
  group<T>(title: string, body: () => Promise<T>): Promise<T>
  /**
   * Only on a terminal: shows lines below the log in place of those that the same owner showed last; none takes them
   * away.
   */
  readonly status?: (owner: object, lines: readonly string[]) => void
  /** Not on a terminal: a text that waits to be printed as one folded section. @param name what it is the text of */
  readonly hold?: (name: string) => HeldLines
  /** Masks a secret (and each of its lines) in the log from now on. */
  mask(secret: string): void
}

/** Writes to the machine. Reads are plain node:fs in the effect files of the rooms. */
export interface Files {
  /** Atomic write. `asRoot` goes through sudo where this user may not write. @param mode default 0o644 */
  write(
    path: string,
    content: string | Uint8Array,
    options?: { readonly mode?: number; readonly asRoot?: boolean },
  ): Promise<void>
  /** One write(2) to a kernel file such as binfmt_misc/register. */
  writeKernel(path: string, content: string): Promise<void>
  makeDirectory(path: string, options?: { readonly mode?: number; readonly asRoot?: boolean }): Promise<void>
  /** Removes a file or tree; absent is fine. */
  remove(path: string, options?: { readonly asRoot?: boolean }): Promise<void>
}

export interface Download {
  readonly url: string
  /** Expected SHA-256, hex. */
  readonly sha256: string
  readonly maxBytes: number
}

/** Takes bytes as they come. What it makes of them before their end is to be thrown away when they end with an error. */
export type Consumer = (bytes: AsyncIterable<Uint8Array>) => Promise<void>

export interface Network {
  /**
   * Downloads; bounded tries with backoff and time limits. The consumer is called once a try, and its bytes end with an
   * error where they are not those of the SHA-256.
   * @throws UserError with the URL and the reason (status, hash, size, limit); or what the consumer throws on right bytes
   */
  download(what: Download, consume: Consumer): Promise<void>
  /**
   * One GET without login, for a short text.
   * @param seconds until the whole answer is there
   * @returns a code such as ECONNREFUSED where there is no answer; `timeout` where it does not come in time
   */
  ask(
    url: string,
    seconds: number,
  ): Promise<{ readonly status: number; readonly text: string } | { readonly fault: string }>
}

/** Kept from job to job on self-hosted runners (RUNNER_TOOL_CACHE). */
export interface ToolCache {
  /** Folder of a tool that an earlier run saved. */
  find(tool: string, version: string): Promise<string | undefined>
  /** Copies a folder into the cache; gives its place there. */
  save(folder: string, tool: string, version: string): Promise<string>
}

/** What is to be undone in post, written to disk before the deed. */
export interface Journal {
  /** @param undos in the order of their deeds; post goes the other way */
  record(...undos: readonly Undo[]): Promise<void>
  /** Does something while no other job of this machine does: what one takes away another must not be about to use. */
  exclusively<T>(work: () => Promise<T>): Promise<T>
}

/** What later steps of the job see. */
export interface Job {
  output(name: string, value: string): void
  exportVariable(name: string, value: string): void
  addPath(folder: string): void
  /** Appends Markdown to the job summary. */
  summary(markdown: string): Promise<void>
}

/** Everything outside the rooms. Built once in the entry file and handed down. */
export interface Runner {
  readonly log: Log
  readonly commands: Commands
  readonly files: Files
  readonly network: Network
  readonly tools: ToolCache
  readonly journal: Journal
  readonly job: Job
  /** Aborted when the job is cancelled: work that is no command has to end by itself, within seconds. */
  readonly cancelled: AbortSignal
  readonly facts: RunnerFacts
}

export interface RunnerFacts {
  /** Private folder of this run (mode 0700) under RUNNER_TEMP; removed in post. */
  readonly folder: string
  /** The folder dist/, with the .nix files in nix/ and cross/. */
  readonly assets: string
  /** The environment as it was at start. */
  readonly env: Readonly<Record<string, string | undefined>>
  readonly workspace: string
  readonly home: string
  readonly user: string
  readonly uid: number
  /** `root`: uid 0. `sudo`: `sudo -n` works. `none`: neither. */
  readonly privilege: 'root' | 'sudo' | 'none'
  /** systemd is running as the init of this machine. */
  readonly systemd: boolean
  readonly cpus: number
}
