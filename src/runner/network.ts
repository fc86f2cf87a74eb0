import { setTimeout as sleep } from 'node:timers/promises'
import type { HttpClient } from '@actions/http-client'
import {
  asFailedTry,
  type Bounds,
  type FailedTry,
  type NetworkLimits,
  oneTry,
  openClient,
  shownUrl,
} from './download.ts'
import { UserError } from './errors.ts'
import type { Consumer, Download, Log, Network } from './ports.ts'
import { httpsProxy } from './proxy.ts'

const LIMITS: NetworkLimits = {
  tries: 4,
  idleSeconds: 30,
  totalSeconds: 600,
  backoffSeconds: 1,
  longestWaitSeconds: 60,
}
/** A wrong hash is mostly a wrong file; one more try is for a connection that was cut without a trace. */
const HASH_TRIES = 2

/** Downloads over HTTP; proxies are those of the environment (https_proxy, no_proxy). @param cancelled ends them */
export function createNetwork(log: Pick<Log, 'info'>, cancelled: AbortSignal, limits: NetworkLimits = LIMITS): Network {
  return { download: (what, consume) => tryAll(what, consume, { ...limits, cancelled }, log), ask }
}

/** Bytes of an answer that are looked at. */
const SHORT_TEXT = 16 * 1024

async function ask(url: string, seconds: number): ReturnType<Network['ask']> {
  const client = await openClient('nix-multiarch', [], { allowRetries: false, socketTimeout: seconds * 1000 })
  let late: NodeJS.Timeout | undefined
  const timeout = new Promise<{ fault: string }>((resolve) => {
    late = setTimeout(() => resolve({ fault: 'timeout' }), seconds * 1000)
  })
  try {
    return await Promise.race([shortAnswer(client, url), timeout])
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : ''
    return { fault: code || (error instanceof Error ? error.message : String(error)) }
  } finally {
    clearTimeout(late)
    client.dispose()
  }
}

async function shortAnswer(client: HttpClient, url: string): Promise<{ status: number; text: string }> {
  const { message } = await client.get(url)
  let text = ''
  for await (const chunk of message as AsyncIterable<Buffer>) {
    text += chunk.toString('latin1')
    if (text.length >= SHORT_TEXT) break
  }
  message.destroy()
  return { status: message.statusCode ?? 0, text: text.slice(0, SHORT_TEXT) }
}

async function tryAll(what: Download, consume: Consumer, limits: Bounds, log: Pick<Log, 'info'>): Promise<void> {
  const name = shownUrl(what.url)
  for (let tried = 1; ; tried += 1) {
    const once = () => oneTry(what, consume, limits).then(() => undefined, asFailedTry)
    let failure = await once()
    if (failure?.kind === 'certificate' && (await import('./trust.ts')).trustMachine()) failure = await once()
    if (failure === undefined) return
    const wait = secondsToWait(failure, tried, limits)
    if (wait === undefined) {
      const tries = tried === 1 ? '1 try' : `${tried} tries`
      throw new UserError(
        `cannot download ${name}: ${failure.message} (${tries})${failure.kind === 'connection' ? aboutProxy(what.url) : ''}`,
      )
    }
    log.info(`download of ${name}: ${failure.message}; try ${tried + 1} of ${limits.tries} in ${wait.toFixed(1)} s`)
    await sleep(wait * 1000, undefined, { signal: limits.cancelled }).catch(() => undefined)
  }
}

function aboutProxy(url: string): string {
  const proxy = url.startsWith('https:') ? httpsProxy(process.env) : undefined
  if (proxy === undefined) return ''
  return proxy.problem === undefined
    ? `\n${proxy.name} names a proxy: look whether it works, and whether no_proxy should name this host.`
    : `\n${proxy.name} is not used: ${proxy.problem}.`
}

/** Seconds until the next try; undefined where there is none. */
function secondsToWait(failure: FailedTry, tried: number, limits: Bounds): number | undefined {
  if (!failure.retry || tried >= Math.min(limits.tries, failure.kind === 'hash' ? HASH_TRIES : limits.tries))
    return undefined
  const wait = failure.waitSeconds ?? limits.backoffSeconds * 2 ** (tried - 1) * (0.75 + Math.random() / 2)
  return wait > limits.longestWaitSeconds ? undefined : wait
}
