import { randomBytes } from 'node:crypto'
import { UserError } from '../runner/errors.ts'
import type { Runner } from '../runner/ports.ts'
import { clientConf, daemonConf, mergeSettings, renderSettings, SETTINGS_FILE } from './conf.ts'
import { STANDARD_SOCKET, startDaemon, stopDaemon } from './daemon/daemon.ts'
import { daemonEnvironment } from './environment.ts'
import { readText } from './read.ts'
import type { Installed, Settings } from './types.ts'
import type { OwnDaemon, Wiring } from './wiring.ts'

type Tokens = Readonly<Record<string, string>>

const MACHINE_CONF = '/etc/nix'

/** The private file of this run that the client reads. */
export const confFile = (runner: Runner): string => `${runner.facts.folder}/nix.conf`

/** unix(7) allows 107 bytes, and Nix reads the path as part of a URL. */
const SOCKET_PATH = /^[\w./-]{1,100}$/

/** Socket of a daemon of this run that runs beside the machine's. Its folder lets nobody else in. */
export async function privateSocket(runner: Runner): Promise<string> {
  const usual = `${runner.facts.folder}/daemon.socket`
  if (SOCKET_PATH.test(usual)) return usual
  const folder = `/tmp/nix-multiarch-${randomBytes(8).toString('hex')}`
  await runner.journal.record({ kind: 'remove', path: folder, root: false })
  await runner.files.makeDirectory(folder, { mode: 0o700 })
  return `${folder}/daemon.socket`
}

/** Writes what the client reads. @param builds see clientConf */
export async function writeClientConf(
  runner: Runner,
  userLines: string,
  tokens: Tokens,
  builds: Parameters<typeof clientConf>[2],
): Promise<void> {
  // 0600: it holds tokens
  await runner.files.write(confFile(runner), clientConf(userLines, tokens, builds), { mode: 0o600 })
}

const writeBuildConf = (runner: Runner, settings: Settings): Promise<void> =>
  runner.files.write(`${runner.facts.folder}/${SETTINGS_FILE}`, renderSettings(settings), { mode: 0o600 })

/** A daemon of this run that is to be. */
export interface DaemonWanted {
  readonly bin: string
  readonly settings: Settings
  readonly userLines: string
  /** Socket of a daemon to start; the standard one where undefined. */
  readonly socket: string | undefined
  /** Called once it is starting. */
  readonly idle?: (() => void) | undefined
}

/** A daemon of this run, and what its clients have in their environment. */
export interface OpenDaemon {
  readonly daemon: OwnDaemon
  readonly settings: Settings
  readonly env: Readonly<Record<string, string>>
}

/** Writes the settings where a daemon of this run reads them, and starts it. */
export async function openDaemon(runner: Runner, wanted: DaemonWanted): Promise<OpenDaemon> {
  const folder = `${runner.facts.folder}/conf`
  const machineConf = runner.facts.env.NIX_CONF_DIR || MACHINE_CONF
  await runner.files.makeDirectory(folder, { mode: 0o700 })
  await writeBuildConf(runner, wanted.settings)
  await runner.files.write(`${folder}/nix.conf`, daemonConf(wanted.userLines, machineConf, runner.facts.user), {
    mode: 0o600,
  })
  const registry = readText(`${machineConf}/registry.json`)
  if (registry !== undefined) await runner.files.write(`${folder}/registry.json`, registry)
  const socket = wanted.socket ?? STANDARD_SOCKET
  const environment = { ...daemonEnvironment(runner.facts.env), NIX_CONF_DIR: folder }
  const daemon = await startDaemon(runner, { bin: wanted.bin, socket, environment }, wanted.idle)
  // The client reads the daemon's file too, as nix.conf of the machine: it shows the same settings and sends none.
  const env = { NIX_CONF_DIR: folder, ...(wanted.socket === undefined ? {} : { NIX_REMOTE: `unix://${socket}` }) }
  return { daemon, settings: wanted.settings, env }
}

export interface WiringPlan extends DaemonWanted {
  readonly kind: Wiring['kind']
  readonly tokens: Tokens
  /** A daemon of this run that was started before all was known. */
  readonly ahead: OpenDaemon | undefined
}

/** Writes the settings where the building process reads them, and starts the daemon of this run where one is needed. */
export async function openWiring(
  runner: Runner,
  plan: WiringPlan,
): Promise<{ readonly wiring: Wiring; readonly env: OpenDaemon['env'] }> {
  const { kind, ahead } = plan
  if (kind === 'client') await writeBuildConf(runner, plan.settings)
  await writeClientConf(runner, plan.userLines, plan.tokens, kind === 'client' ? 'beside' : 'daemon')
  if (kind !== 'own-daemon') return { wiring: { kind }, env: {} }
  const serves = ahead !== undefined && renderSettings(ahead.settings) === renderSettings(plan.settings)
  if (ahead !== undefined && !serves) await stopDaemon(runner, ahead.daemon)
  const { daemon, env } = serves ? ahead : await openDaemon(runner, plan)
  return { wiring: { kind, daemon }, env }
}

/**
 * Adds build settings to those of this run (`extra-platforms`, `extra-system-features`, `extra-sandbox-paths`, …) and
 * restarts the daemon of this run where they changed.
 * @param settings name to value; `extra-` names are joined with what is set already
 * @throws UserError where the machine's daemon does not let this run set them
 */
export async function applySettings(runner: Runner, installed: Installed, settings: Settings): Promise<Installed> {
  const merged = mergeSettings(installed.settings, settings)
  if (renderSettings(merged) === renderSettings(installed.settings)) return installed
  const { wiring, nix } = installed
  if (wiring.kind === 'fixed') {
    throw new UserError(
      'the Nix daemon of this machine does not take settings from this user. Add to its nix.conf and restart it:\n' +
        `${renderSettings(settings)}or add this user to its trusted-users, or let this user use sudo without a password.`,
    )
  }
  await writeBuildConf(runner, merged)
  const extra = (settings['extra-substituters'] ?? '').split(' ').filter((url) => url !== '')
  const next = { ...installed, settings: merged, nix: { ...nix, substituters: [...nix.substituters, ...extra] } }
  if (wiring.kind === 'client') return next
  await stopDaemon(runner, wiring.daemon)
  const daemon = await startDaemon(runner, { ...wiring.daemon, bin: nix.bin })
  return { ...next, wiring: { kind: 'own-daemon', daemon } }
}
