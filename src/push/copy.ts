import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Destination } from '../inputs/inputs.ts'
import { type Nix, nixCommand } from '../nix/nix.ts'
import type { StorePath } from '../nix/store-path.ts'
import { secretsOf, withoutLogin } from '../nix/store-url.ts'
import { atLeast } from '../nix/version.ts'
import type { Command, Runner } from '../runner/ports.ts'
import { type PathFacts, parsePathInfo } from './closure.ts'
import { fatalReason, lastWords, planCopy, silenceLimit } from './copy-plan.ts'
import { waitBefore } from './retry.ts'
import type { PushRequest } from './types.ts'

const PATIENCE = { tries: 4, baseSeconds: 2, capSeconds: 30 }
const REACH_SECONDS = 40
/** No questions on a terminal, no hanging on a dead link; what the user's own options say comes first and wins. */
const SSH_OPTIONS = '-o BatchMode=yes -o ConnectTimeout=15 -o ServerAliveInterval=15 -o ServerAliveCountMax=4'

/** Environment for a Nix that speaks to a remote store: believes no cached lookup, asks no questions. */
async function freshEnvironment(runner: Runner): Promise<Readonly<Record<string, string>>> {
  const cache = join(runner.facts.folder, `lookups-${randomBytes(6).toString('hex')}`)
  await runner.files.makeDirectory(cache, { mode: 0o700 })
  const options = `${runner.facts.env.NIX_SSHOPTS ?? ''} ${SSH_OPTIONS}`.trim()
  return { XDG_CACHE_HOME: cache, NIX_SSHOPTS: options }
}

/** Asks a store for its presence, through Nix. Gives what is wrong, undefined where it answers. */
export async function reachStore(runner: Runner, nix: Nix, destination: Destination): Promise<string | undefined> {
  const verb = atLeast(nix.version, '2.19') ? 'info' : 'ping'
  const args = ['--extra-experimental-features', 'nix-command', 'store', verb, '--store', destination.url]
  const env = await freshEnvironment(runner)
  const command = nixCommand(nix, 'nix', args, { env, secrets: secretsOf(destination.url) })
  const result = await runner.commands.run(command, { accept: 'any', timeoutSeconds: REACH_SECONDS })
  if (result.stopped === 'timeout') return `no answer within ${REACH_SECONDS} s`
  if (result.exitCode === 0) return undefined
  const words = lastWords(result.stderr)
  const reason = fatalReason(result.stderr)
  return reason === undefined ? words : `${reason} (${words})`
}

/** A closure copied with `nix copy`, under a watchdog and with bounded tries. @throws Error with the reason of the last try */
export async function copyClosure(
  runner: Runner,
  nix: Nix,
  request: PushRequest,
  destination: Destination,
  closure: readonly PathFacts[],
): Promise<void> {
  const files = await secretFiles(runner)
  try {
    const plan = planCopy({ ...request, destination, keyFile: files.key, netrcFile: files.netrc })
    if (request.key !== undefined) await runner.files.write(files.key, request.key.secret, { mode: 0o600 })
    if (plan.netrc !== undefined) await runner.files.write(files.netrc, plan.netrc, { mode: 0o600 })
    const silentSeconds = silenceLimit(Math.max(0, ...closure.map((facts) => facts.narSize)))
    const secrets = [...secretsOf(destination.url), ...(request.key === undefined ? [] : [request.key.secret])]
    const command = nixCommand(nix, 'nix', plan.args, { secrets })
    if (request.key !== undefined && destination.scheme.startsWith('ssh'))
      await signLocally(runner, nix, files.key, closure, request.key.name)
    await withTries(runner, command, silentSeconds)
  } finally {
    for (const path of Object.values(files)) await runner.files.remove(path)
  }
}

async function secretFiles(runner: Runner): Promise<{ readonly key: string; readonly netrc: string }> {
  const tag = randomBytes(8).toString('hex')
  const files = { key: join(runner.facts.folder, `key-${tag}`), netrc: join(runner.facts.folder, `netrc-${tag}`) }
  for (const path of Object.values(files)) await runner.journal.record({ kind: 'remove', path, root: false })
  return files
}

async function withTries(runner: Runner, command: Command, silentSeconds: number): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    const env = { ...command.env, ...(await freshEnvironment(runner)) }
    const result = await runner.commands.run(
      { ...command, env },
      { accept: 'any', silentSeconds, discardStdout: true, onLine: (line) => runner.log.debug(withoutLogin(line)) },
    )
    if (result.exitCode === 0 && result.stopped === undefined) return
    const fatal = fatalReason(result.stderr)
    const words =
      result.stopped === 'silent' ? `no progress for ${silentSeconds} s` : (fatal ?? '') || lastWords(result.stderr)
    if (fatal !== undefined || attempt >= PATIENCE.tries) throw new Error(words)
    const wait = waitBefore(attempt, Math.random(), PATIENCE)
    runner.log.info(`nix copy failed (${words}); again in ${wait.toFixed(0)} s`)
    await sleep(wait * 1000)
  }
}

/** A store behind SSH takes over the signatures that local paths carry, so they are put there. */
async function signLocally(
  runner: Runner,
  nix: Nix,
  keyFile: string,
  closure: readonly PathFacts[],
  keyName: string,
): Promise<void> {
  const unsigned = closure.filter(({ signatures }) => !signatures.some((text) => text.startsWith(`${keyName}:`)))
  if (unsigned.length === 0) return
  const paths = unsigned.map(({ path }) => path)
  const args = ['--extra-experimental-features', 'nix-command', 'store', 'sign', '--key-file', keyFile, '--', ...paths]
  const result = await runner.commands.run(nixCommand(nix, 'nix', args), { accept: 'any', timeoutSeconds: 600 })
  if (result.exitCode !== 0)
    throw new Error(`the paths cannot be signed, the daemon must trust this user for that: ${lastWords(result.stderr)}`)
}

/** What a store behind Nix has of the closure of these roots, asked without any cache. @throws Error where a root is missing */
export async function remoteClosure(
  runner: Runner,
  nix: Nix,
  destination: Destination,
  roots: readonly StorePath[],
): Promise<readonly PathFacts[]> {
  const format = atLeast(nix.version, '2.33') ? ['--json-format', '1'] : []
  const base = ['--extra-experimental-features', 'nix-command', 'path-info', '--json', ...format, '--recursive']
  const args = [...base, '--store', destination.url, '--', ...roots]
  const command = nixCommand(nix, 'nix', args, {
    env: await freshEnvironment(runner),
    secrets: secretsOf(destination.url),
  })
  const result = await runner.commands.run(command, { accept: 'any', timeoutSeconds: 600 })
  if (result.exitCode !== 0) throw new Error(`reading back: ${lastWords(result.stderr)}`)
  return parsePathInfo(result.stdout)
}
