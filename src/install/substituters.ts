import { withoutSubstituters } from '../nix/nix.ts'
import { withoutLogin } from '../nix/store-url.ts'
import { inParallel } from '../runner/parallel.ts'
import type { Network, Runner } from '../runner/ports.ts'
import type { Installed } from './types.ts'

type Reply = Awaited<ReturnType<Network['ask']>>

const ANSWER_SECONDS = 10
/** The narinfo of no path: a cache that works says that it has none, as it does for most that Nix asks for. */
const NOBODY = '0'.repeat(32)
/** No server there: what a proxy or a certificate does is for Nix to find out, with its own settings. */
const ABSENT = ['timeout', 'ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH', 'ETIMEDOUT']

/** Why a substituter is of no use, from its answers; undefined where Nix may ask it. */
export function whyUseless(info: Reply, narInfo: Reply): string | undefined {
  for (const reply of [info, narInfo]) {
    if ('fault' in reply) {
      if (!ABSENT.includes(reply.fault)) return undefined
      return reply.fault === 'timeout' ? `no answer within ${ANSWER_SECONDS} s` : reply.fault
    }
    if (reply.status >= 500) return `it answers ${reply.status}`
  }
  const isPage = 'text' in narInfo && narInfo.status === 200 && !narInfo.text.startsWith('StorePath:')
  return isPage ? 'it answers with something else than a binary cache does' : undefined
}

/**
 * Leaves out, for this run, the substituters that do not work: Nix tries one that hangs for up to 25 minutes (five
 * times 300 s), and one that fails ends the build. Those that are not asked by HTTP are left to Nix.
 * @returns the Nix without them
 */
export async function leaveOutUseless(runner: Runner, installed: Installed): Promise<Installed> {
  const { nix } = installed
  // Nix may go by a proxy that this process does not know of: what it reaches is not told by what we reach
  if (['all_proxy', 'ALL_PROXY'].some((name) => runner.facts.env[name])) return installed
  const urls = nix.substituters.filter((url) => /^https?:\/\//.test(url))
  const reasons = new Map<string, string>()
  await inParallel(urls.length, urls, async (url) => {
    const reason = await probe(runner.network, url)
    if (reason !== undefined) reasons.set(url, reason)
  })
  for (const [url, reason] of reasons)
    runner.log.warning(`The substituter ${withoutLogin(url)} is left out of this run: ${reason}.`)
  return reasons.size === 0 ? installed : { ...installed, nix: withoutSubstituters(nix, [...reasons.keys()]) }
}

/** A server may stumble once. */
async function probe(network: Network, url: string): Promise<string | undefined> {
  let reason: string | undefined
  for (let attempt = 0; attempt < 2; attempt += 1) {
    const at = (name: string) => network.ask(objectUrl(url, name), ANSWER_SECONDS)
    reason = whyUseless(...(await Promise.all([at('nix-cache-info'), at(`${NOBODY}.narinfo`)])))
    if (reason === undefined || reason.startsWith('no answer')) return reason
  }
  return reason
}

/** Without the parameters of the store, which are not the server's. */
const objectUrl = (store: string, name: string): string => {
  const url = new URL(store)
  return `${url.origin}${url.pathname.replace(/\/+$/, '')}/${name}`
}
