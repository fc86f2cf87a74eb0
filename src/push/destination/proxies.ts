import type { ProxyEnv } from 'node:http'

/** Where clouds tell a machine its credentials: on the machine's own network. */
const METADATA = ['169.254.169.254', '169.254.170.2']

/**
 * The proxies of the environment as curl, and so Nix, reads it: HTTP_PROXY in capitals is a header that a stranger may
 * have sent. Node (24.5 and later) speaks to HTTP proxies; of SOCKS it knows nothing.
 */
export function proxies(env: Readonly<Record<string, string | undefined>>): ProxyEnv {
  const all = env.all_proxy || env.ALL_PROXY
  const speaks = (proxy: string | undefined) =>
    proxy && /^(https?:\/\/|(?!\w+:\/\/))/i.test(proxy) ? proxy : undefined
  const url = (proxy: string | undefined) => (proxy === undefined || proxy.includes('://') ? proxy : `http://${proxy}`)
  return {
    http_proxy: url(speaks(env.http_proxy || all)),
    https_proxy: url(speaks(env.https_proxy || env.HTTPS_PROXY || all)),
    no_proxy: [env.no_proxy || env.NO_PROXY, ...METADATA].filter((text) => text).join(','),
  }
}
