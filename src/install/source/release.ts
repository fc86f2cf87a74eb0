import { existsSync, lstatSync } from 'node:fs'
import type { NixVersion } from '../../nix/version.ts'
import { UserError } from '../../runner/errors.ts'
import type { Command, Runner } from '../../runner/ports.ts'
import { mayWrite } from '../facts.ts'
import { chooseCandidate, type FoundNix } from '../find.ts'
import { claimNixFolder, nixFolderProblem } from '../machine/nix-folder.ts'
import type { Shelf } from '../types.ts'
import { nixIsAbsent } from './fresh.ts'
import { keepNix, restoreKept, toolCacheLasts } from './kept.ts'
import { systemInName } from './layout.ts'
import { putProblem } from './problem.ts'
import type { Tarball } from './tarball.ts'
import { type Unpacked, unpackTarball } from './unpack.ts'

export const PROFILE = '/nix/var/nix/profiles/default'
const LOCK_SECONDS = 120

/** Environment of a Nix that reads no configuration. */
const BARE = {
  NIX_REMOTE: 'local',
  NIX_CONFIG: 'build-users-group =\nsubstitute = false',
  NIX_CONF_DIR: '/nonexistent',
  NIX_USER_CONF_FILES: '/nonexistent',
} as const

/** Who will own /nix: root, or this user in a /nix that is its own; else a sentence that says what is needed. */
export function chooseOwner(
  privilege: 'root' | 'sudo' | 'none',
  nix: 'absent' | 'writable' | 'foreign',
  user: string,
): 'root' | 'user' | { readonly problem: string } {
  if (privilege === 'root') return 'root'
  if (nix === 'writable') return 'user'
  if (privilege === 'sudo') return 'root'
  return {
    problem:
      `installing Nix needs root once, and ${user} is not root, sudo asks for a password or is not there, and /nix is ` +
      `${nix === 'absent' ? 'missing' : 'not writable'}. Run the job as root, let ${user} use sudo without a ` +
      `password, or make the folder before: install -d -m 755 -o ${user} /nix`,
  }
}

/** Who will own /nix on this machine. @throws UserError where nobody can: to be asked before anything is downloaded */
export function ownerOfNix({ facts }: Runner): 'root' | 'user' {
  const problem = nixFolderProblem(lstatSync('/nix', { throwIfNoEntry: false }), facts.uid === 0)
  if (problem !== undefined) throw new UserError(problem)
  const state = existsSync('/nix') ? (mayWrite('/nix') ? 'writable' : 'foreign') : 'absent'
  const owner = chooseOwner(facts.privilege, state, facts.user)
  if (typeof owner === 'object') throw new UserError(owner.problem)
  return owner
}

export interface InstalledRelease {
  readonly found: FoundNix
  /** Ends when the profile is what it will stay; its programs can be run before. */
  readonly profile?: Promise<void>
}

/**
 * Installs a tarball of upstream's layout: store paths renamed into the store, registered, and the default profile.
 * @param systems systems whose programs run here
 * @param shelf keeps it where this machine does not
 * @param begun called when the machine has something to do that takes a while, and this process has not
 */
export async function installTarball(
  runner: Runner,
  tarball: Tarball,
  systems: readonly string[],
  shelf: Shelf | undefined,
  begun: () => void,
): Promise<InstalledRelease> {
  const asRoot = ownerOfNix(runner) === 'root'
  const { sha256 } = tarball
  const alone = nixIsAbsent()
  const keeping = alone ? sha256 : undefined
  await claimNixFolder(runner)
  const install = () => unpackAndRegister(runner, tarball, systems, { asRoot, alone })
  const installToKeep = async (): Promise<FoundNix> => {
    const { found, profile } = await install()
    await profile
    return found
  }
  if (keeping === undefined) return await install()
  const bin = `${PROFILE}/bin`
  if (toolCacheLasts(runner)) {
    const kept = await restoreKept(runner, keeping, { bin, asRoot, begun })
    if (kept !== undefined) return { found: kept }
    const found = await installToKeep()
    await keepNix(runner, keeping, found, asRoot)
    return { found }
  }
  if (shelf === undefined) return await install()
  begun()
  const { packNix, restorePacked } = await import('./packed.ts')
  const kept = await restorePacked(runner, shelf, keeping, bin, asRoot)
  if (kept !== undefined) return { found: kept }
  const found = await installToKeep()
  await packNix(runner, shelf, keeping, found)
  return { found }
}

async function unpackAndRegister(
  runner: Runner,
  { name, read }: Tarball,
  systems: readonly string[],
  { asRoot, alone }: { readonly asRoot: boolean; readonly alone: boolean },
): Promise<InstalledRelease> {
  let unpacked: Unpacked | undefined
  await read(async (bytes) => {
    unpacked = await unpackTarball(runner, name, bytes, asRoot)
  })
  if (unpacked === undefined) throw new Error(`${name} was not read`)
  const system = systemInName(unpacked.top)
  if (system !== undefined && !systems.includes(system)) {
    throw new UserError(`${name} holds a Nix for ${system}; this machine is ${systems[0]}`)
  }
  const nixName = nixIn(unpacked)
  const profile = alone ? PROFILE : await ownProfile(runner, nixName, asRoot)
  const made = profile !== PROFILE && existsSync(`${profile}/bin/nix`)
  const nix = await moveIntoStore(runner, unpacked, { nixName, profile: made ? '' : profile }, asRoot)
  // some small files stay in the folder of the tarball until post
  return made ? { found: { bin: `${profile}/bin`, version: nix.version, onPath: false } } : makeProfile(nix, profile)
}

function nixIn({ names, store, top }: Unpacked): string {
  const name = names.find((each) => existsSync(`${store}/${each}/bin/nix-store`))
  if (name === undefined) throw new UserError(`the tarball holds no bin/nix-store in ${top}/store`)
  return name
}

/**
 * A store that was there keeps its own Nix: ours gets a profile of its own, for all jobs with this one, which the last of
 * them takes away.
 */
async function ownProfile(runner: Runner, nixName: string, asRoot: boolean): Promise<string> {
  const profile = `/nix/var/nix/profiles/nix-multiarch-${nixName.slice(0, 12)}`
  const remove = (path: string) => ({ kind: 'remove', path, root: asRoot, shared: true }) as const
  await runner.journal.record(remove(profile), remove(`${profile}-1-link`))
  return profile
}

interface Moved {
  readonly nixPath: string
  readonly version: NixVersion
  readonly certificates: string | undefined
  /** Runs a tool as the store's owner, with the new Nix's own settings. */
  readonly run: (tool: string, args: readonly string[], more?: Partial<Command>) => Promise<string>
}

/**
 * $1 path of the new Nix, $2 its profile if that is to be made, then paths to put into the store; their registration comes on standard input.
 * A rename is whole or not at all, and never goes into a folder of that name: two jobs cannot mix their files. Who is not
 * root may only move folders that are writable.
 */
const PUT = `nix=$1 profile=$2
shift 2
if [ $# -gt 0 ]; then
  chmod -R a-w,a-s -- "$@" || exit
  [ "$(id -u)" = 0 ] || chmod u+w -- "$@" || exit
  mv -n -- "$@" /nix/store/ || exit
  [ "$(id -u)" = 0 ] || for path; do chmod a-w -- "/nix/store/\${path##*/}" || exit; done
fi
"$nix/bin/nix" --version &
$LOCK "$nix/bin/nix-store" --load-db && { [ -z "$profile" ] || ln -sfn -- "$nix" "$profile"; } && { wait || :; }`

/** Puts the paths into the store, registers them, looks whether the new Nix runs, and makes it the profile, by itself for now. */
async function moveIntoStore(
  runner: Runner,
  unpacked: Unpacked,
  { nixName, profile }: { readonly nixName: string; readonly profile: string },
  asRoot: boolean,
): Promise<Moved> {
  const { names, store } = unpacked
  const cacert = names.find((name) => existsSync(`${store}/${name}/etc/ssl/certs/ca-bundle.crt`))
  const nixPath = `/nix/store/${nixName}`
  const run = async (tool: string, args: readonly string[], more: Partial<Command> = {}): Promise<string> => {
    // no configuration but this, since build users are made later; and no .nix-defexpr in anyone's home
    const env = { ...BARE, HOME: unpacked.staging, ...more.env }
    return (await runner.commands.run({ ...more, tool, args, env }, { asRoot, timeoutSeconds: 300 })).stdout
  }
  const left = names.filter((name) => existsSync(`/nix/store/${name}`))
  const fresh = names.filter((name) => !left.includes(name)).map((name) => `${store}/${name}`)
  // the lock keeps a second job from making the database at the same moment
  const LOCK = runner.commands.find('flock') === undefined ? '' : `flock -w ${LOCK_SECONDS} /nix/var/nix`
  const put = { tool: 'sh', args: ['-c', PUT, 'sh', nixPath, profile, ...fresh], input: unpacked.registration }
  const env = { ...BARE, HOME: unpacked.staging, LOCK }
  const result = await runner.commands.run({ ...put, env }, { asRoot, accept: 'any', timeoutSeconds: 300 })
  if (result.exitCode !== 0 || result.stopped !== undefined) throw new UserError(putProblem(result, runner.facts.env))
  const printed = result.stdout
  await checkLeft(runner, left, nixPath, asRoot)
  const { chosen, refused } = chooseCandidate([{ path: `${nixPath}/bin/nix`, printed }])
  if (chosen === undefined) throw new UserError(`the installed Nix does not serve: ${refused.join('')}`)
  const certificates = cacert === undefined ? undefined : `/nix/store/${cacert}`
  return { nixPath, version: chosen.version, certificates, run }
}

/** Paths that an earlier install left are used only if they are whole. */
async function checkLeft(runner: Runner, left: readonly string[], nixPath: string, asRoot: boolean): Promise<void> {
  if (left.length === 0) return
  runner.log.info(`${left.length} store paths of this Nix were there already: checking them`)
  const args = ['--verify-path', ...left.map((name) => `/nix/store/${name}`)]
  const options = { asRoot, accept: 'any', timeoutSeconds: 300 } as const
  const result = await runner.commands.run({ tool: `${nixPath}/bin/nix-store`, args, env: BARE }, options)
  if (result.exitCode === 0) return
  throw new UserError(
    `/nix holds a damaged Nix of an earlier install: ${result.stderr.trim()}\nRemove those paths, or all of /nix if nothing else uses it.`,
  )
}

/** A profile as `nix-env` makes them, with the certificates: made beside what follows. */
function makeProfile({ nixPath, version, certificates, run }: Moved, profile: string): InstalledRelease {
  const packages = [nixPath, ...(certificates === undefined ? [] : [certificates])]
  const install = run(`${nixPath}/bin/nix-env`, ['--profile', profile, '--install', ...packages])
  const making = install.then(() => undefined)
  making.catch(() => undefined) // whoever awaits it hears of it
  return { found: { bin: `${profile}/bin`, version, onPath: false }, profile: making }
}
