import type { Inputs, NixSource } from '../inputs/inputs.ts'
import { type System, systemOf } from '../nix/system.ts'
import { CommandError, UserError } from '../runner/errors.ts'
import type { Runner } from '../runner/ports.ts'
import { connect } from './connect.ts'
import { certificates } from './environment.ts'
import { placesProblem } from './facts.ts'
import { type FoundNix, findNix, SettingsError } from './find.ts'
import { prepareMachine } from './machine/ahead.ts'
import { includesFrom } from './refusals.ts'
import { installDistro } from './source/distro.ts'
import { nixIsAbsent } from './source/fresh.ts'
import { installTarball, ownerOfNix, PROFILE } from './source/release.ts'
import { findRelease } from './source/releases.ts'
import { findTarball, type Tarball, tarballAt } from './source/tarball.ts'
import type { Installed, NixOrigin, Shelf } from './types.ts'

export { withDaemon } from './daemon/watch.ts'
export { applySettings } from './settings.ts'
export type { Installed, NixOrigin, Settings, Shelf } from './types.ts'

type Wanted = Pick<Inputs, 'nixSource' | 'nixVersion' | 'extraNixConfig' | 'githubToken'> & {
  /** Keeps a release for jobs on other machines. */
  readonly shelf?: Shelf | undefined
  /** Called once the machine has something to do that takes a while, and this process has not. */
  readonly idle?: () => void
}

/** Sources in the order in which they are tried. */
export function sourcesFor(kind: NixSource['kind']): readonly NixOrigin[] {
  return kind === 'auto' ? ['existing', 'release', 'distro'] : [kind]
}

/**
 * Finds or installs a Nix and makes it ready: settings, daemon, environment of later steps. Post undoes all of it.
 * @throws UserError that names each source that was tried and why it did not serve
 */
export async function installNix(runner: Runner, inputs: Wanted): Promise<Installed> {
  // one at a time: of two jobs that start together the second finds the first one's Nix
  const extraNixConfig = includesFrom(runner.facts.workspace, inputs.extraNixConfig)
  return await runner.journal.exclusively(() => provideAndConnect(runner, { ...inputs, extraNixConfig }))
}

async function provideAndConnect(runner: Runner, inputs: Wanted): Promise<Installed> {
  const { source, found, reason, prepared, profile } = await provideNix(runner, inputs)
  // a machine without certificates has those of the profile
  if (certificates({}).NIX_SSL_CERT_FILE === undefined) await profile
  const connecting = connect(runner, found, {
    source,
    installed: source !== 'existing',
    reason,
    userLines: inputs.extraNixConfig,
    token: inputs.githubToken,
    prepared,
    idle: inputs.idle,
  })
  const [connected, made] = await Promise.allSettled([connecting, profile])
  if (made.status === 'rejected') throw made.reason
  if (connected.status === 'rejected') throw connected.reason
  const installed = connected.value
  runner.log.info(`${installed.describe} ${installed.reason}`)
  return installed
}

async function provideNix(runner: Runner, inputs: Wanted): Promise<Provided & { source: NixOrigin; reason: string }> {
  const moved = placesProblem(runner.facts.env)
  if (moved !== undefined) throw new UserError(moved)
  const failures: string[] = []
  for (const source of sourcesFor(inputs.nixSource.kind)) {
    try {
      const provided = await provide(runner, inputs, source)
      return { ...provided, source, reason: reasonFor(inputs.nixSource.kind, source, failures) }
    } catch (error) {
      if (inputs.nixSource.kind !== 'auto' || runner.cancelled.aborted || !isAnswer(error)) throw error
      failures.push(`${source}: ${error.message}`)
      runner.log.info(`nix-source ${source}: ${error.message}`)
    }
  }
  throw new UserError(`no Nix can be had.\n${failures.join('\n')}`)
}

/** A failure that lets the next source be tried: not our own faults, no wrong settings, and not a cancelled job. */
const isAnswer = (error: unknown): error is UserError | CommandError =>
  (error instanceof UserError && !(error instanceof SettingsError)) ||
  (error instanceof CommandError && error.result.stopped !== 'cancelled')

/** Why this source, in a sentence. */
export function reasonFor(kind: NixSource['kind'], source: NixOrigin, failures: readonly string[]): string {
  if (kind !== 'auto') return `nix-source asks for ${kind === 'tarball' ? 'this tarball' : source}.`
  return failures.length === 0
    ? 'A Nix that is there is preferred.'
    : `Tried before: ${failures.join('; ').replace(/\.$/, '')}.`
}

interface Provided {
  readonly found: FoundNix
  readonly prepared?: Promise<void> | undefined
  readonly profile?: Promise<void> | undefined
}

async function provide(runner: Runner, inputs: Wanted, source: NixOrigin): Promise<Provided> {
  switch (source) {
    case 'existing': {
      const { found, why } = await findNix(runner)
      if (found === undefined) {
        const hint =
          inputs.nixSource.kind === 'existing' ? '. Use nix-source: auto, release or distro to have one installed' : ''
        throw new UserError(`${why}${hint}`)
      }
      return { found }
    }
    case 'release': {
      const systems = runnableSystems()
      const release = findRelease(inputs.nixVersion, systems[0] ?? ('unknown' as System))
      if (typeof release === 'string') throw new UserError(release)
      return await unpackAndPrepare(runner, inputs, () => tarballAt(runner, release.url, release.sha256), systems)
    }
    case 'distro':
      return { found: await installDistro(runner) }
    case 'tarball': {
      if (inputs.nixSource.kind !== 'tarball') throw new Error('no tarball is named')
      const { location, sha256 } = inputs.nixSource
      return await unpackAndPrepare(runner, inputs, () => findTarball(runner, location, sha256), runnableSystems())
    }
  }
}

/** Unpacking takes a processor and the rest waits: what a new /nix of root's will need is done meanwhile. */
async function unpackAndPrepare(
  runner: Runner,
  inputs: Wanted,
  tarball: () => Tarball,
  systems: readonly System[],
): Promise<Provided> {
  const ahead = ownerOfNix(runner) === 'root' && nixIsAbsent()
  let prepared: Promise<void> | undefined
  const prepare = (): void => {
    if (!ahead || prepared !== undefined) return
    prepared = prepareMachine(runner, inputs.extraNixConfig, `${PROFILE}/bin`)
    prepared.catch(() => undefined) // whoever awaits it hears of it
  }
  const source = tarball()
  const read: Tarball['read'] = (consume) => source.read((bytes) => consume(afterSome(bytes, prepare)))
  try {
    const installed = await installTarball(runner, { ...source, read }, systems, inputs.shelf, prepare)
    prepare()
    return { ...installed, prepared }
  } catch (error) {
    await prepared?.catch(() => undefined)
    throw error
  }
}

/** @param begin called when the second portion has been taken: unpacking is on its way */
async function* afterSome(bytes: AsyncIterable<Uint8Array>, begin: () => void): AsyncGenerator<Uint8Array> {
  let taken = 0
  for await (const some of bytes) {
    yield some
    taken += 1
    if (taken === 2) begin()
  }
}

/** This machine's system first, and those whose programs it runs too. */
function runnableSystems(): readonly System[] {
  const system = systemOf(process.arch, process.platform)
  if (process.platform === 'darwin') {
    throw new UserError('on macOS this action does not install Nix (/nix needs a volume of its own): install it before')
  }
  if (system === undefined) throw new UserError(`Nix does not run on ${process.platform} ${process.arch}`)
  const also: Record<string, readonly string[]> = {
    'x86_64-linux': ['i686-linux'],
    'armv7l-linux': ['armv6l-linux'],
    'aarch64-darwin': ['x86_64-darwin'],
  }
  return [system, ...((also[system] ?? []) as readonly System[])]
}
