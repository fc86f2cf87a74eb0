import type { ProxyEnv } from 'node:http'
import { decoded, urlParameter, withoutLogin } from '../../nix/store-url.ts'

/** Where and with which credentials requests go. */
export interface HttpTarget {
  /** Without user, password, query and closing slash. */
  readonly base: URL
  readonly shown: string
  /** Value of the Authorization header. */
  readonly authorization: string | undefined
  /** PEM files. */
  readonly certificate: string | undefined
  readonly privateKey: string | undefined
  readonly authorities: string | undefined
  readonly proxyEnv?: ProxyEnv
}

/** What the machine says: contents of netrc files, the best first, the file of certificate authorities, proxies. */
export interface HttpFacts {
  readonly netrc: readonly string[]
  readonly authorities: string | undefined
  readonly proxyEnv?: ProxyEnv
}

/**
 * Target of an `http(s)://` store URL. A user in the URL comes before netrc; the user name `bearer` makes its password
 * a bearer token. `tls-certificate` and `tls-private-key` are Nix's own parameters (2.34, http-binary-cache-store.hh).
 */
export function httpTarget(url: string, facts: HttpFacts): HttpTarget {
  const parsed = new URL(url)
  const netrc = facts.netrc.map((text) => netrcLogin(text, parsed.hostname)).find((login) => login !== undefined)
  const login =
    parsed.username !== '' || parsed.password !== ''
      ? { user: decoded(parsed.username), password: decoded(parsed.password) }
      : netrc
  const base = new URL(parsed.origin)
  base.pathname = parsed.pathname.replace(/\/+$/, '')
  return {
    base,
    shown: withoutLogin(url),
    authorization: login === undefined ? undefined : authorizationOf(login),
    certificate: urlParameter(url, 'tls-certificate'),
    privateKey: urlParameter(url, 'tls-private-key'),
    authorities: facts.authorities,
    ...(facts.proxyEnv === undefined ? {} : { proxyEnv: facts.proxyEnv }),
  }
}

interface Login {
  readonly user: string
  readonly password: string
}

function authorizationOf({ user, password }: Login): string {
  if (user.toLowerCase() === 'bearer') return `Bearer ${password}`
  return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`
}

/** Login for a host in the text of a netrc file, by curl's reading: the first `machine` that fits, or `default`. */
export function netrcLogin(text: string, host: string): Login | undefined {
  const words = text.replace(/^\s*#.*$/gm, '').match(/"(?:\\.|[^"\\])*"|\S+/g) ?? []
  const starts = words.flatMap((word, at) => (word === 'machine' || word === 'default' ? [at] : []))
  for (const [n, start] of starts.entries()) {
    const entry = words.slice(start, starts[n + 1])
    const fits = entry[0] === 'default' || entry[1] === host
    const password = after(entry, 'password')
    if (fits && password !== undefined) return { user: after(entry, 'login') ?? '', password }
  }
  return undefined
}

function after(words: readonly string[], name: string): string | undefined {
  const at = words.indexOf(name, 1)
  return at < 0 || words[at + 1] === undefined ? undefined : bare(words[at + 1])
}

const bare = (word = ''): string => (word.startsWith('"') ? word.slice(1, -1).replace(/\\(.)/g, '$1') : word)
