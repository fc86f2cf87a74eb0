import type { Destination, SigningKey } from '../inputs/inputs.ts'
import type { StorePath } from '../nix/store-path.ts'
import { decoded, urlParameter, withoutLogin } from '../nix/store-url.ts'

/** One `nix copy` of a closure, as arguments and files; no secret is among the arguments. */
export interface CopyPlan {
  readonly args: readonly string[]
  /** Content for a netrc file (mode 0600), where the URL had user and password for HTTP. */
  readonly netrc: string | undefined
}

export interface CopyWish {
  readonly destination: Destination
  readonly roots: readonly StorePath[]
  readonly compression: string
  readonly key: SigningKey | undefined
  /** Where the caller puts the secret key and the netrc file. */
  readonly keyFile: string
  readonly netrcFile: string
}

/** Arguments of `nix` for a copy to any destination, for every version that we support. */
export function planCopy(wish: CopyWish): CopyPlan {
  const { destination, roots } = wish
  const ssh = destination.scheme === 'ssh' || destination.scheme === 'ssh-ng'
  const { url, netrc } = ssh ? { url: destination.url, netrc: undefined } : withoutCredentials(destination.url)
  const parameters = ssh
    ? []
    : [['compression', wish.compression], ...(wish.key === undefined ? [] : [['secret-key', wish.keyFile]])]
  const store = parameters
    .filter(([name = '']) => urlParameter(url, name) === undefined)
    .reduce(
      (all, [name, value = '']) => `${all}${all.includes('?') ? '&' : '?'}${name}=${encodeURIComponent(value)}`,
      url,
    )
  const args = [
    ...['--extra-experimental-features', 'nix-command', 'copy', '--to', store],
    // the other side decides whether this user may bring unsigned paths; the content was verified here
    ...(ssh ? ['--no-check-sigs'] : []),
    ...['--option', 'connect-timeout', '15', '--option', 'stalled-download-timeout', '60'],
    ...(netrc === undefined ? [] : ['--option', 'netrc-file', wish.netrcFile]),
    ...['--', ...roots],
  ]
  return { args, netrc }
}

function withoutCredentials(url: string): { url: string; netrc: string | undefined } {
  const login = /^(https?:\/\/)([^/?#\s@]*)@([^/?#:]+|\[[^\]]*\])/.exec(url)
  if (login === null) return { url, netrc: undefined }
  const [, , userInfo = '', host = ''] = login
  const [user = '', password = ''] = userInfo.split(/:(.*)/s).map(decoded)
  return { url: withoutLogin(url), netrc: `machine ${host} login ${quoted(user)} password ${quoted(password)}\n` }
}

const quoted = (word: string): string => (/[\s"\\]/.test(word) ? `"${word.replace(/["\\]/g, '\\$&')}"` : word)

/**
 * Seconds of silence after which a copy is called hung: Nix prints one line a path, so the largest path must get
 * through at 512 KiB/s. @param largest bytes
 */
export const silenceLimit = (largest: number): number => Math.max(120, Math.ceil(largest / (512 * 1024)))

const FATAL: readonly (readonly [RegExp, string])[] = [
  [/HTTP error 401|401 Unauthorized/i, 'it wants credentials, or those given are wrong'],
  [/HTTP error 403|403 Forbidden|AccessDenied/i, 'these credentials may not write there'],
  [/HTTP error 413/i, 'a NAR is larger than the server takes'],
  [/don't know how to open Nix store/i, 'this Nix was built without support for such stores'],
  [
    /Host key verification failed|REMOTE HOST IDENTIFICATION HAS CHANGED/i,
    'the host key of the SSH server is not known',
  ],
  [/Permission denied \(|Too many authentication failures/i, 'the SSH server refused the login'],
  [/Could not resolve hostname/i, 'its host name cannot be resolved'],
  [
    /lacks a (?:valid )?signature|cannot add path .* because it lacks/i,
    'its store refuses paths without a signature it trusts',
  ],
  [/No space left on device/i, 'a disk is full'],
  [/is not valid|key .* is corrupt|invalid secret key/i, 'a path or key is not valid'],
]

/** Why another try is of no use, from what `nix` printed; undefined where it may be. */
export const fatalReason = (stderr: string): string | undefined => FATAL.find(([pattern]) => pattern.test(stderr))?.[1]

/** The last lines of what `nix` printed, without logins: what people get to see. */
export function lastWords(stderr: string): string {
  const lines = stderr.split('\n').map((line) => withoutLogin(line).trim())
  const errors = lines.filter((line) => line.startsWith('error') || line.startsWith('ssh'))
  return (errors.length > 0 ? errors : lines.filter((line) => line !== '')).slice(-3).join(' ')
}
