import { atLeast, type NixVersion } from '../nix/version.ts'
import type { Settings } from './types.ts'

/** What this room reads of `nix config show --json`. */
export interface EffectiveSettings {
  readonly system: string
  readonly store: string
  /** host to token */
  readonly accessTokens: Readonly<Record<string, string>>
  readonly trustedUsers: readonly string[]
  readonly buildUsersGroup: string
  readonly sandbox: boolean
  readonly sandboxFallback: boolean
  readonly maxJobs: number
  /** The sandbox has a /bin/sh. */
  readonly sandboxShell: boolean
  /** Builds get user ids without a group of build users. */
  readonly autoAllocateUids: boolean
  /** The setting as it stands: lines, or `@FILE`. */
  readonly builders: string
  /** Systems that it builds for besides its own. */
  readonly platforms: readonly string[]
  readonly systemFeatures: readonly string[]
  readonly substituters: readonly string[]
  /** Seconds that a connection may take, 0: as long as it likes. */
  readonly connectTimeout: number
  /** Seconds without a byte of a download. */
  readonly stalledTimeout: number
}

/** Nix's own default. */
const NIX_STALLED_SECONDS = 300

/** Arguments that print all settings as JSON (`show-config` got its new name in Nix 2.20). */
export const showSettings = (version: NixVersion): readonly string[] => [
  '--extra-experimental-features',
  'nix-command',
  ...(atLeast(version, '2.20') ? ['config', 'show'] : ['show-config']),
  '--json',
]

/** @throws Error where the text is not what Nix prints */
export function parseSettings(json: string): EffectiveSettings {
  const all = JSON.parse(json) as Record<string, { value?: unknown } | undefined>
  const value = (name: string): unknown => all[name]?.value
  const system = value('system')
  if (typeof system !== 'string') throw new Error('nix prints no setting named system')
  return {
    system,
    store: textOf(value('store')),
    accessTokens: stringMap(value('access-tokens')),
    trustedUsers: strings(value('trusted-users')),
    buildUsersGroup: String(value('build-users-group') ?? ''),
    // `relaxed` is a string; both it and true sandbox builds
    sandbox: value('sandbox') !== false && value('sandbox') !== 'false',
    sandboxFallback: value('sandbox-fallback') !== false,
    maxJobs: Number(value('max-jobs') ?? 1),
    sandboxShell: namesShell(value('sandbox-paths')),
    autoAllocateUids: value('auto-allocate-uids') === true,
    builders: textOf(value('builders')),
    platforms: strings(value('extra-platforms')),
    systemFeatures: strings(value('system-features')),
    substituters: strings(value('substituters')),
    connectTimeout: Number(value('connect-timeout') ?? 0),
    stalledTimeout: Number(value('stalled-download-timeout') ?? NIX_STALLED_SECONDS),
  }
}

const textOf = (value: unknown): string =>
  Array.isArray(value) ? strings(value).join(' ') : typeof value === 'string' ? value : ''

const strings = (value: unknown): readonly string[] =>
  Array.isArray(value) ? value.filter((item): item is string => typeof item === 'string') : []

const stringMap = (value: unknown): Readonly<Record<string, string>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).map(([name, text]) => [name, String(text)]))
    : {}

/** `sandbox-paths` is a list of `target=source`, and since 2.24 or so a map from target to source. */
function namesShell(value: unknown): boolean {
  const targets = Array.isArray(value) ? strings(value).map((item) => item.split('=')[0]) : Object.keys(value ?? {})
  return targets.includes('/bin/sh')
}

/** What every run sets for the process that builds, unless the workflow's own lines say otherwise. */
export function baseSettings(
  effective: EffectiveSettings,
  version: NixVersion,
  machine: { readonly cpus: number; readonly staticShell: string | undefined; readonly sandboxSet: boolean },
): Settings {
  return {
    // Debian 12 ships nix.conf with the sandbox off. Only the workflow may ask for that.
    ...(effective.sandbox || machine.sandboxSet ? {} : { sandbox: 'true' }),
    // By default Nix drops the sandbox without a word where the kernel refuses it.
    'sandbox-fallback': 'false',
    // Nix's own default is one build at a time.
    ...(effective.maxJobs === 1 && machine.cpus > 1 ? { 'max-jobs': 'auto' } : {}),
    ...(atLeast(version, '2.19') ? { 'always-allow-substitutes': 'true' } : {}),
    // Nix tries five times: a cache that hangs would hold the job for 25 minutes.
    ...(effective.connectTimeout === 0 ? { 'connect-timeout': '15' } : {}),
    ...(effective.stalledTimeout === NIX_STALLED_SECONDS ? { 'stalled-download-timeout': '60' } : {}),
    // Debian's 2.8.0 is compiled without a shell for the sandbox, which builds expect at /bin/sh.
    ...(effective.sandboxShell || machine.staticShell === undefined
      ? {}
      : { 'extra-sandbox-paths': `/bin/sh=${machine.staticShell}` }),
  }
}

/** Whether lines of nix.conf say anything about the sandbox itself. */
export const setsSandbox = (lines: string): boolean =>
  /^\s*(sandbox|build-use-sandbox|build-use-chroot)\s*=/m.test(lines)

/** Adds settings: values of `extra-` names are joined, others replaced. */
export function mergeSettings(before: Settings, added: Settings): Settings {
  const merged: Record<string, string> = { ...before }
  for (const [name, value] of Object.entries(added)) {
    const old = merged[name]
    merged[name] =
      old === undefined || !name.startsWith('extra-')
        ? value
        : [...new Set(`${old} ${value}`.split(/\s+/).filter((word) => word !== ''))].join(' ')
  }
  return merged
}

/** The file of build settings, which the other files include and `applySettings` rewrites. */
export const SETTINGS_FILE = 'build.conf'

/** Lines of nix.conf. */
export const renderSettings = (settings: Settings): string =>
  Object.entries(settings)
    .map(([name, value]) => `${name} = ${value}\n`)
    .join('')

/** What only the evaluating client needs; a daemon would refuse or ignore it. */
const CLIENT_SETTINGS = {
  // Flakes may not bring settings: a trusted user would run their post-build-hook as root.
  'accept-flake-config': 'false',
  'warn-dirty': 'false',
} as const

/** Names of `extra-nix-config` that concern evaluation and downloads in the client, not builds in a daemon. */
const CLIENT_NAMES =
  /^\s*(extra-)?(experimental-features|accept-flake-config|warn-dirty|flake-registry|netrc-file|nix-path|eval-cache|tarball-ttl|allow-import-from-derivation|allowed-uris|pure-eval|restrict-eval|use-registries|show-trace|substituters|ssl-cert-file)\s*=/

/**
 * The private file of this run, which the client reads first of all user files.
 * Order: ours, the workflow's lines (they win), and last what adds to any of them.
 * @param userLines the input `extra-nix-config`
 * @param tokens all tokens that hold for this run, host to token
 * @param builds where the build settings of this run are: in a file beside this one, nowhere yet, or with a daemon, which
 *   would refuse them from this user
 */
export function clientConf(
  userLines: string,
  tokens: Readonly<Record<string, string>>,
  builds: 'beside' | 'nowhere' | 'daemon',
): string {
  const pairs = Object.entries(tokens).map(([host, token]) => `${host}=${token}`)
  return `${[
    renderSettings(CLIENT_SETTINGS).trimEnd(),
    // relative, since a folder's name may have spaces
    ...(builds === 'beside' ? [`include ${SETTINGS_FILE}`] : []),
    ...userLines.split('\n').filter((line) => builds !== 'daemon' || CLIENT_NAMES.test(line)),
    'extra-experimental-features = nix-command flakes',
    ...(pairs.length === 0 ? [] : [`access-tokens = ${pairs.join(' ')}`]),
  ].join('\n')}\n`
}

/** The workflow's NIX_CONFIG, which Nix reads after all files: it may not turn off what this action needs. */
export const environmentConf = (given: string | undefined): string | undefined =>
  given ? `${given}\nextra-experimental-features = nix-command flakes` : given

/**
 * nix.conf of a daemon of this run, in a folder below ours: the machine's, ours, the workflow's lines; no tokens.
 * @param machineFolder where the machine's nix.conf is; the list of remote builders is looked for beside nix.conf
 * @param user who will use it, whatever users the machine's own daemon allows
 */
export function daemonConf(userLines: string, machineFolder: string, user: string): string {
  const kept = userLines.split('\n').filter((line) => !TOKENS.test(line))
  return `${[`builders = @${machineFolder}/machines`, `!include ${machineFolder}/nix.conf`, `include ../${SETTINGS_FILE}`, ...kept, `extra-allowed-users = ${user}`].join('\n')}\n`
}

const TOKENS = /^\s*(extra-)?access-tokens\s*=/

/**
 * Tokens that hold for this run, host to token: those that are there, `token` for `host`, and above both the
 * workflow's own lines, `extra-` ones too (Nix itself would keep an older token of that host).
 */
export function mergeTokens(
  there: Readonly<Record<string, string>>,
  userLines: string,
  host: string,
  token: string | undefined,
): Readonly<Record<string, string>> {
  const own = userLines
    .split('\n')
    .filter((line) => TOKENS.test(line))
    .flatMap((line) =>
      line
        .slice(line.indexOf('=') + 1)
        .replace(/#.*/, '')
        .split(/\s+/),
    )
    .filter((pair) => pair.includes('='))
    .map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)])
  return { ...there, ...(token ? { [host]: token } : {}), ...Object.fromEntries(own) }
}

/**
 * NIX_USER_CONF_FILES: it replaces Nix's own list, so that list follows ours; of two files that set a thing the one
 * named first wins (loadConfFile, libstore/globals.cc).
 */
export function userConfFiles(
  ours: string,
  env: Readonly<Record<string, string | undefined>>,
  home: string,
  version: NixVersion,
): string {
  const given = env.NIX_USER_CONF_FILES
  if (given) return [ours, given].join(':')
  const own = atLeast(version, '2.24') && env.NIX_CONFIG_HOME ? env.NIX_CONFIG_HOME : undefined
  const folders = [env.XDG_CONFIG_HOME || `${home}/.config`, ...(env.XDG_CONFIG_DIRS || '/etc/xdg').split(':')]
  const files = folders.filter((folder) => folder !== '').map((folder) => `${folder}/nix/nix.conf`)
  return [ours, ...(own === undefined ? files : [`${own}/nix.conf`, ...files.slice(1)])].join(':')
}
