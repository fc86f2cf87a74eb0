import type { StorePath } from '../../nix/store-path.ts'
import { urlParameter, withoutLogin } from '../../nix/store-url.ts'

/** Parameters of a store URL that concern what Nix makes of a path, not where it goes. */
const MAKING = ['compression', 'compression-level', 'parallel-compression', 'write-nar-listing', 'index-debug-info']

/** NARs from here on are compressed by several threads; for small ones the threads cost more than they give. */
const PARALLEL_BYTES = 32 * 1024 * 1024

/** What Nix's own compression and libarchive know (src/libutil/compression.cc). */
const METHODS = [
  ...['none', 'zstd', 'xz', 'bzip2', 'gzip', 'br', 'lzip', 'lz4', 'lzma', 'lzop', 'lrzip', 'grzip', 'compress'],
]
const BOOLEANS = /^(true|yes|1|false|no|0)$/

/** What is wrong with a store URL's parameters, which Nix would say only after the build; undefined where nothing is. */
export function wrongParameters(url: string): string | undefined {
  const given = (name: string) => urlParameter(url, name)
  const { compression, level } = { compression: given('compression'), level: given('compression-level') }
  if (compression && !METHODS.includes(compression))
    return `compression=${compression} in its URL is not known; allowed are ${METHODS.join(', ')}`
  if (level !== undefined && !/^-?\d+$/.test(level)) return `compression-level=${level} in its URL is not a number`
  for (const name of ['parallel-compression', 'write-nar-listing', 'index-debug-info']) {
    const value = given(name)
    if (value !== undefined && !BOOLEANS.test(value)) return `${name}=${value} in its URL is neither true nor false`
  }
  const isKeyed = ['secret-key', 'secret-keys'].some((name) => given(name) !== undefined)
  return isKeyed ? 'the secret-key of its URL is not used; give the key itself as signing-key' : undefined
}

/**
 * Query for the gateway's URL: how NARs for this destination are made. Equal texts can share one `nix copy`.
 * @param largest bytes of the largest NAR of the closure
 */
export function makingParameters(url: string, compression: string, largest: number): string {
  const given = MAKING.flatMap((name) => {
    const value = urlParameter(url, name) ?? (name === 'compression' ? compression : undefined)
    return value === undefined ? [] : [[name, value] as [string, string]]
  })
  const query = new URLSearchParams(given)
  const isParallel = largest >= PARALLEL_BYTES && ['zstd', 'xz'].includes(query.get('compression') ?? '')
  if (isParallel && !query.has('parallel-compression')) query.set('parallel-compression', 'true')
  return query.toString()
}

/** Arguments of `nix` for a copy into the gateway. The password is in the netrc file: argv is for everybody to see. */
export function gatewayCopyArguments(store: string, netrcFile: string, roots: readonly StorePath[]): readonly string[] {
  return [
    ...['copy', '--to', store, '--option', 'netrc-file', netrcFile],
    // where the gateway has no room it lets Nix wait; its own limits end a push that makes no progress
    ...['--option', 'connect-timeout', '15', '--option', 'stalled-download-timeout', '0'],
    ...['--', ...roots],
  ]
}

/** Arguments of `nix` for a copy to a store behind SSH. @param substitute let it fetch from its own substituters */
export function sshCopyArguments(store: string, roots: readonly StorePath[], substitute: boolean): readonly string[] {
  return [
    // the other side decides whether this user may bring unsigned paths; their content was verified here
    ...['copy', '--to', store, '--no-check-sigs'],
    ...(substitute ? ['--substitute-on-destination'] : []),
    ...['--', ...roots],
  ]
}

const KIB = 1024
/** Bytes of NAR that Nix gets through in a second on the slowest machine that we think of. */
const SLOWEST: Readonly<Record<string, number>> = { none: 4096 * KIB, zstd: 2048 * KIB, ssh: 512 * KIB }

/**
 * Seconds of silence after which a copy is called hung. Nix prints one line a path, so the largest must get through.
 * @param largest bytes of NAR @param way compression, or `ssh`
 */
export const silenceLimit = (largest: number, way: string): number =>
  Math.max(way === 'ssh' ? 120 : 600, Math.ceil(largest / (SLOWEST[way] ?? 384 * KIB)))

const FATAL: readonly (readonly [RegExp, string])[] = [
  [/HTTP error 401|401 Unauthorized/i, 'it wants credentials, or those given are wrong'],
  [/HTTP error 403|403 Forbidden|AccessDenied/i, 'it was refused'],
  [/don't know how to open Nix store/i, 'this Nix was built without support for such stores'],
  [
    /REMOTE HOST IDENTIFICATION HAS CHANGED/i,
    'the host key of the SSH server is not the one in known_hosts: it has a new one, or it is another server',
  ],
  [
    /Host key verification failed/i,
    'the host key of the SSH server is not known here: it belongs into known_hosts (ssh-keyscan shows it)',
  ],
  [/^Load key .*bad permissions/im, 'SSH uses no private key that others may read (chmod 600)'],
  [
    /Permission denied \(|Too many authentication failures/i,
    'the SSH server refused the login; a key with a passphrase is used only from an agent',
  ],
  [/Bad configuration option/i, 'SSH does not take its configuration'],
  [
    /^\S*sh: .*nix[\w-]*: .*not found|^\S*sh: .*nix[\w-]*: No such file/im,
    'the other side has no Nix where SSH looks for programs (?remote-program=… in the URL names it)',
  ],
  [/Could not resolve hostname/i, 'its host name cannot be resolved'],
  [/lacks a (?:valid )?signature/i, 'its store refuses paths without a signature that it trusts'],
  [/No space left on device|disk is full/i, 'a disk is full'],
  [/is not valid/i, 'a path is not valid'],
]

/** Why another try is of no use, from what `nix` printed; undefined where it may be. */
export const fatalReason = (stderr: string): string | undefined => FATAL.find(([pattern]) => pattern.test(stderr))?.[1]

/** The last lines of what `nix` printed, without logins: what people get to see. */
export function lastWords(stderr: string): string {
  const lines = stderr.split('\n').map((line) => withoutLogin(line).trim())
  const told = lines.filter((line) => line !== '')
  // what SSH or the shell of the other side said before
  const errors = told.filter((line, at) => /^(error|ssh:)/.test(line) || LOST.test(told[at + 1] ?? ''))
  return (errors.length > 0 ? errors : told).slice(-3).join(' ')
}

/** Nix's word on an SSH that has ended: the reason is in the line before it. */
const LOST = /^error: (failed to start SSH connection|cannot connect to|cannot open connection to remote store)/
