import { normalize } from 'node:path'

/** A store that closures are copied to. */
export interface StoreUrl {
  /** As given, secrets included: never printed. */
  readonly url: string
  /** For people: user name and password taken out. */
  readonly shown: string
  readonly scheme: 'file' | 'http' | 'https' | 's3' | 'ssh' | 'ssh-ng'
}

const SCHEMES = ['file', 'http', 'https', 's3', 'ssh', 'ssh-ng'] as const
const ALLOWED = 'allowed are file://, http://, https://, s3://, ssh:// and ssh-ng://'

/** Reads one entry of `push-to`. The problem text shows the entry without user name and password. */
export function parseDestination(text: string): StoreUrl | { readonly problem: string } {
  const url = text.trim()
  const shown = withoutLogin(url)
  if (url.startsWith('/')) return { problem: `${shown} is a path, not a store URL; for a folder write file://${shown}` }
  const given = /^([a-z][a-z0-9+.-]*):/i.exec(url)?.[1]
  if (given === undefined) return { problem: `${shown} is not a store URL; ${ALLOWED}` }
  const scheme = SCHEMES.find((known) => known === given.toLowerCase())
  if (scheme === undefined) return { problem: `${shown}: no push to ${given} stores; ${ALLOWED}` }
  const rest = url.slice(scheme.length + 1)
  if (scheme === 'file') {
    if (!rest.startsWith('///') || rest.length < 5 || rest.startsWith('///?'))
      return { problem: `${shown} needs an absolute path: file:///some/folder` }
    return { url, shown, scheme }
  }
  const parsed = URL.parse(scheme === 's3' || scheme.startsWith('ssh') ? `http:${rest}` : url)
  if (!rest.startsWith('//') || parsed === null || parsed.hostname === '')
    return { problem: `${shown} names no ${scheme === 's3' ? 'bucket' : 'host'}` }
  return { url, shown, scheme }
}

/** The same for two ways to write one store. */
export function placeOf({ url, scheme }: StoreUrl): string {
  const place = url.replace(/[?#].*/, '')
  const path = scheme === 'file' ? normalize(decoded(place.slice('file://'.length))) : place.slice(scheme.length)
  return `${scheme}${path.replace(/\/+$/, '')}${url.slice(place.length)}`
}

/** Takes user name and password out of every URL in a text, encoded ones inside parameters too. The last @ ends them. */
export function withoutLogin(text: string): string {
  return text.replace(/(:\/\/)[^/?#\s]*@/g, '$1').replace(/(%3A%2F%2F)(?:(?!%2F|%3F|&|\s).)*%40/gi, '$1')
}

/** Texts of a store URL that must be masked: the password, as written and decoded, and its Basic credentials. */
export function secretsOf(url: string): readonly string[] {
  const login = /:\/\/([^/?#\s]*)@/.exec(url)?.[1]
  const colon = login?.indexOf(':') ?? -1
  if (login === undefined || colon < 0) return []
  const user = decoded(login.slice(0, colon))
  const password = login.slice(colon + 1)
  const basic = Buffer.from(`${user}:${decoded(password)}`).toString('base64')
  // shorter ones would mask half the log
  return [...new Set([password, decoded(password), basic])].filter((secret) => secret.length >= 4)
}

/** Percent-decoding that leaves text which is not encoded as it is. */
export function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** A parameter of a store URL, decoded. */
export function urlParameter(url: string, name: string): string | undefined {
  // in a store URL a plus sign is a plus sign
  const query = (/\?([^#]*)/.exec(url)?.[1] ?? '').replaceAll('+', '%2B')
  return new URLSearchParams(query).get(name) ?? undefined
}
