import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { debianMirror, hostSuite, unavailableReason } from './available.ts'
import { allParts, cacheDir, type Part, partKey, partNeeds, preparedPart, rigDir, stampFile } from './cache.ts'
import { makeTarballs } from './tarballs.ts'

export interface PrepareOptions {
  /** Which parts; all by default. What a part needs is prepared first. */
  need?: readonly Part[]
  log?: (line: string) => void
}

/**
 * Makes what machines are furnished with, once: later calls find it in the cache within milliseconds.
 * Safe to call from several processes at once. @throws where no machine can be made, and if a download fails for good.
 */
export async function prepare({ need = allParts, log = () => {} }: PrepareOptions = {}): Promise<void> {
  if (need.every((part) => preparedPart(part))) return
  const reason = unavailableReason()
  if (reason) throw new Error(`test rig cannot be prepared: ${reason}`)
  mkdirSync(cacheDir, { recursive: true })
  const underWay = new Map<Part, Promise<void>>()
  const start = (part: Part): Promise<void> => {
    const known = underWay.get(part)
    if (known !== undefined) return known
    const made = Promise.all(partNeeds[part].map(start)).then(() => make(part, log))
    underWay.set(part, made)
    return made
  }
  const results = await Promise.allSettled(need.map(start))
  for (const result of results) if (result.status === 'rejected') throw result.reason
}

/** Makes one part under its lock, unless it is there, or another process made it meanwhile. */
async function make(part: Part, log: (line: string) => void): Promise<void> {
  if (preparedPart(part)) return
  const release = await lock(part)
  try {
    if (preparedPart(part)) return
    log(`test rig: preparing ${part} …`)
    const started = Date.now()
    const key = partKey(part)
    if (part === 'tarballs') await makeTarballs()
    else await runPart(part)
    const seconds = (Date.now() - started) / 1000
    writeFileSync(stampFile(part), `${JSON.stringify({ key, seconds, at: new Date().toISOString() })}\n`)
    log(`test rig: ${part} ready in ${seconds.toFixed(1)} s`)
  } finally {
    release()
  }
}

/** flock(1) frees the lock when this process ends, in whatever way, since its standard input closes then. */
async function lock(part: Part): Promise<() => void> {
  const holder = spawn('flock', [join(cacheDir, `${part}.lock`), 'sh', '-c', 'echo locked; exec cat'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const [first] = await Promise.race([once(holder.stdout, 'data'), once(holder, 'exit')])
  if (!Buffer.isBuffer(first)) throw new Error(`test rig: cannot lock ${cacheDir}`)
  return () => void holder.stdin.end()
}

async function runPart(part: Part): Promise<void> {
  const env = { ...process.env, RIG_CACHE: cacheDir, RIG_MIRROR: debianMirror(), RIG_SUITE: hostSuite() }
  const script = part === 'browser' ? 'browser.sh' : 'parts.sh'
  const child = spawn(join(rigDir, script), [part], { env, stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  const listen = (chunk: Buffer): void => {
    output += chunk.toString()
  }
  child.stdout.on('data', listen)
  child.stderr.on('data', listen)
  const [code] = await once(child, 'close')
  if (code !== 0) throw new Error(`test rig: preparing ${part} failed:\n${output.slice(-4000)}`)
}
