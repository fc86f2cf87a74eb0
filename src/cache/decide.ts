import type { Inputs } from '../inputs/inputs.ts'
import type { CacheTrust, CacheUse } from './types.ts'

/** What the environment of a job says about the cache service, and who started the job. */
export interface ServiceFacts {
  /** Why there is no service to use; undefined where there is one. */
  readonly missing: string | undefined
  /** ACTIONS_CACHE_MODE of the runner: `none`, `read`, `write`, `write-only`; anything else allows both. */
  readonly mode: string
  /** Why what this job builds is not for other jobs; undefined where it is. */
  readonly readOnly: string | undefined
}

type Env = Readonly<Record<string, string | undefined>>

/**
 * Reads the service's switches as `@actions/cache` 6 does (lib/internal/config.js), without loading it: version 2 of
 * the service on github.com and ghe.com, version 1 on GitHub Enterprise Server.
 * @param event the event's payload
 */
export function readServiceFacts(env: Env, event: unknown): ServiceFacts {
  return {
    missing: missingService(env),
    mode: (env.ACTIONS_CACHE_MODE ?? '').trim().toLowerCase(),
    readOnly: whyReadOnly(env.GITHUB_EVENT_NAME ?? '', event),
  }
}

function missingService(env: Env): string | undefined {
  const host = (URL.parse(env.GITHUB_SERVER_URL || 'https://github.com')?.hostname ?? '').toLowerCase()
  const version2 = /(^github\.com|\.ghe\.com|\.localhost)$/.test(host) && Boolean(env.ACTIONS_CACHE_SERVICE_V2)
  const address = version2 ? 'ACTIONS_RESULTS_URL' : 'ACTIONS_CACHE_URL'
  for (const name of [address, 'ACTIONS_RUNTIME_TOKEN']) {
    if (!env[name]) return `there is no Actions cache here (${name} is not set)`
  }
  return undefined
}

/** Events whose workflow has the rights of the base branch while others decide what it works on. */
const FOREIGN_EVENTS = ['pull_request_target', 'issue_comment']

function whyReadOnly(eventName: string, event: unknown): string | undefined {
  if (FOREIGN_EVENTS.includes(eventName)) return `the event ${eventName} only reads`
  const own = member(member(event, 'repository'), 'full_name')
  const heads = [
    [member(event, 'pull_request'), member(member(member(event, 'pull_request'), 'head'), 'repo')],
    [member(event, 'workflow_run'), member(member(event, 'workflow_run'), 'head_repository')],
  ]
  // a fork that was deleted has no repository any more
  const foreign = heads.some(([cause, head]) => cause !== undefined && member(head, 'full_name') !== own)
  return foreign ? 'a fork only reads' : undefined
}

/** A member of a JSON value; undefined where there is none. */
export const member = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined

type Wanted = Pick<Inputs, 'cache' | 'dryRun' | 'pushTo' | 'signingKey'>

/**
 * Decides whether this run reads and writes the cache, and who vouches for what is in it.
 *
 * Anybody who can run a job on the branch can write to the Actions cache, and an output path does not tell what was
 * built into it. So a run that pushes takes only entries that a holder of its signing key has signed; without a key
 * there is nothing to check them by, and a run that pushes all the same (unsigned) goes without the cache.
 */
export function chooseUse(inputs: Wanted, facts: ServiceFacts): CacheUse {
  const trust: CacheTrust = inputs.signingKey === undefined ? 'open' : 'signed'
  const off = (reason: string): CacheUse => ({ read: false, write: false, trust, reason })
  if (inputs.cache === 'false') return off('the input cache is false')
  if (facts.missing !== undefined) return off(facts.missing)
  if (trust === 'open' && inputs.pushTo.length > 0)
    return off('this run pushes without a signing-key, so that nobody could vouch for what the cache holds')
  const read = facts.mode !== 'none' && facts.mode !== 'write-only'
  const barred = whyNoWrite(inputs, facts)
  if (!read && barred !== undefined) return off(barred)
  return {
    read,
    write: barred === undefined,
    trust,
    reason: `${vouching[trust]}; ${barred ?? 'saved after the build'}`,
  }
}

const vouching: Record<CacheTrust, string> = {
  signed: 'only entries are taken that the signing-key vouches for',
  open: 'nobody vouches for its entries, and nothing is pushed',
}

function whyNoWrite(inputs: Wanted, facts: ServiceFacts): string | undefined {
  if (inputs.cache === 'read-only') return 'the input cache is read-only'
  if (inputs.dryRun) return 'a dry run only reads'
  if (facts.mode === 'read' || facts.mode === 'none') return `ACTIONS_CACHE_MODE is ${facts.mode}`
  return facts.readOnly
}

/** What is known of the local store once there is a Nix. */
export interface StoreFacts {
  /** The store outlives this job: a Nix that was there, on a machine that is not thrown away after the job. */
  readonly kept: boolean
  /** This run can set substituters and keys. */
  readonly settable: boolean
}

/**
 * Whether the store may take entries from the cache. What nobody vouches for must not get into a store that a later
 * job, which pushes, will find there.
 * @returns why not; undefined where it may
 */
export function whyNotAdmitted(trust: CacheTrust, store: StoreFacts): string | undefined {
  if (!store.settable) return 'the Nix daemon of this machine takes no substituters from this user'
  if (trust === 'open' && store.kept)
    return 'the store of this machine outlives the job, and without a signing-key nobody vouches for the cache'
  return undefined
}
