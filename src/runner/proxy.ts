/** The proxy that the environment names for https. */
export interface Proxy {
  /** Of the variable. */
  readonly name: string
  readonly url?: string
  /** Why it cannot be used; never with its value, which may hold a password. */
  readonly problem?: string
}

/** As curl reads it, and with it Nix: a name of its own before one for all, and http where it names no scheme. */
export function httpsProxy(env: Readonly<Record<string, string | undefined>>): Proxy | undefined {
  const name = ['https_proxy', 'HTTPS_PROXY', 'all_proxy', 'ALL_PROXY'].find((each) => env[each])
  if (name === undefined) return undefined
  const value = env[name] ?? ''
  const url = value.includes('://') ? value : `http://${value}`
  if (!/^https?:/i.test(url)) return { name, problem: 'downloads of this action go by http and https proxies only' }
  if (!URL.canParse(url)) return { name, problem: 'it is no URL; in a password # is written %23, / %2F and @ %40' }
  return { name, url }
}
