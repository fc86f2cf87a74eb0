import { existsSync } from 'node:fs'
import { parseNixVersion } from '../nix/version.ts'
import { UserError } from '../runner/errors.ts'
import type { Command, Runner } from '../runner/ports.ts'
import { mayWrite } from './facts.ts'
import { chooseCandidate, type FoundNix } from './find.ts'
import { systemInName } from './layout.ts'
import { claimNixFolder } from './nix-folder.ts'
import { discard, type Unpacked, unpackTarball } from './unpack.ts'

const PROFILE = '/nix/var/nix/profiles/default'
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

/**
 * Installs a tarball of upstream's layout: store paths renamed into the store, registered, and the default profile.
 * @param systems systems whose programs run here
 */
export async function installTarball(runner: Runner, tarball: string, systems: readonly string[]): Promise<FoundNix> {
  const state = existsSync('/nix') ? (mayWrite('/nix') ? 'writable' : 'foreign') : 'absent'
  const owner = chooseOwner(runner.facts.privilege, state, runner.facts.user)
  if (typeof owner === 'object') throw new UserError(owner.problem)
  const asRoot = owner === 'root'
  await claimNixFolder(runner)
  await runner.files.makeDirectory('/nix', { asRoot })
  const unpacked = await unpackTarball(runner, tarball, asRoot)
  try {
    const system = systemInName(unpacked.top)
    if (system !== undefined && !systems.includes(system)) {
      throw new UserError(`${tarball} holds a Nix for ${system}; this machine is ${systems[0]}`)
    }
    const nix = await moveIntoStore(runner, unpacked, asRoot)
    await makeProfile(runner, nix, asRoot)
    return nix.found
  } finally {
    await discard(runner, unpacked.staging, asRoot)
  }
}

interface Moved {
  readonly found: FoundNix
  readonly nixPath: string
  readonly certificates: string | undefined
  readonly run: (tool: string, args: readonly string[], more?: Partial<Command>) => Promise<void>
}

async function moveIntoStore(runner: Runner, unpacked: Unpacked, asRoot: boolean): Promise<Moved> {
  const { names, store } = unpacked
  const nixName = names.find((name) => existsSync(`${store}/${name}/bin/nix-store`))
  const cacert = names.find((name) => existsSync(`${store}/${name}/etc/ssl/certs/ca-bundle.crt`))
  if (nixName === undefined) throw new UserError(`the tarball holds no bin/nix-store in ${unpacked.top}/store`)
  const root = (tool: string, args: readonly string[]) =>
    runner.commands.run({ tool, args }, { asRoot, timeoutSeconds: 300 })
  await root('chmod', ['-R', 'a-w,a-s', '--', ...names.map((name) => `${store}/${name}`)])
  await runner.files.makeDirectory('/nix/store', { asRoot })
  await runner.files.makeDirectory('/nix/var/nix', { asRoot })
  const left = names.filter((name) => existsSync(`/nix/store/${name}`))
  // A rename is whole or not at all, and never goes into a folder of that name: two jobs cannot mix their files.
  const moved = names.filter((name) => !left.includes(name)).map((name) => `${store}/${name}`)
  if (moved.length > 0) await root('mv', ['-n', '--', ...moved, '/nix/store/'])
  const nixPath = `/nix/store/${nixName}`
  const run = async (tool: string, args: readonly string[], more: Partial<Command> = {}): Promise<void> => {
    // no configuration but this, since build users are made later; and no .nix-defexpr in anyone's home
    const env = { ...BARE, HOME: unpacked.staging }
    await runner.commands.run({ ...more, tool, args, env }, { asRoot, timeoutSeconds: 300 })
  }
  await loadDatabase(runner, unpacked.registration, nixPath, run)
  await checkLeft(runner, left, nixPath, asRoot)
  const found = await versionOf(runner, nixPath)
  return { found, nixPath, certificates: cacert === undefined ? undefined : `/nix/store/${cacert}`, run }
}

/** Registers the paths; the lock keeps a second job from making the database at the same moment. */
async function loadDatabase(runner: Runner, input: string, nixPath: string, run: Moved['run']): Promise<void> {
  const load = [`${nixPath}/bin/nix-store`, '--load-db'] as const
  const flock = runner.commands.find('flock')
  if (flock === undefined) await run(load[0], [load[1]], { input })
  else await run(flock, ['-w', String(LOCK_SECONDS), '/nix/var/nix', ...load], { input })
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

async function versionOf(runner: Runner, nixPath: string): Promise<FoundNix> {
  const path = `${nixPath}/bin/nix`
  const { stdout } = await runner.commands.run({ tool: path, args: ['--version'] }, { timeoutSeconds: 60 })
  const { chosen, refused } = chooseCandidate([{ path, printed: stdout }])
  if (chosen === undefined) throw new UserError(`nix-source: ${refused.join('')}`)
  return { bin: `${PROFILE}/bin`, version: chosen.version, onPath: false }
}

async function makeProfile(runner: Runner, nix: Moved, asRoot: boolean): Promise<void> {
  const packages = [nix.nixPath, ...(nix.certificates === undefined ? [] : [nix.certificates])]
  await nix.run(`${nix.nixPath}/bin/nix-env`, ['--profile', PROFILE, '--install', ...packages])
  const { stdout } = await runner.commands.run(
    { tool: `${PROFILE}/bin/nix`, args: ['--version'] },
    { asRoot, timeoutSeconds: 60 },
  )
  if (parseNixVersion(stdout) === undefined) throw new UserError(`the installed Nix does not run: ${stdout}`)
}
