import type { Strategy } from '../inputs/inputs.ts'
import type { CrossMethod, Failure } from './types.ts'
import { type Durations, durationKey } from './weights.ts'

/** What runs leave to later ones: how long builds took, and which ways failed. It holds no secrets. */
export interface Memory {
  readonly durations: ReadonlyMap<string, RecordedDuration>
  readonly failures: readonly RecordedFailure[]
}

interface RecordedDuration {
  readonly seconds: number
  /** Seconds since 1970. */
  readonly at: number
}

/** A way that failed, so that the next run with the same package and nixpkgs starts with another. */
export interface RecordedFailure {
  readonly target: string
  readonly package: string
  /** Name of the derivation, with its version. */
  readonly name: string
  /** Which nixpkgs the flake is locked to (flake.ts). */
  readonly nixpkgs: string
  readonly strategy: Strategy
  readonly method?: CrossMethod
  readonly emulator: boolean
  readonly reason: string
  readonly at: number
}

export const NO_MEMORY: Memory = { durations: new Map(), failures: [] }

const MOST_DURATIONS = 3000
const MOST_FAILURES = 300
const FAILURES_LAST_SECONDS = 30 * 24 * 3600
const LONGEST_REASON = 300

/** Durations as estimates take them. */
export const durationsOf = ({ durations }: Memory): Durations =>
  new Map([...durations].map(([key, { seconds }]) => [key, seconds]))

/** The failures that still say something about a flake with this nixpkgs. @param now seconds since 1970 */
export const failuresOf = ({ failures }: Memory, nixpkgs: string, now: number): readonly RemembersName[] =>
  failures
    .filter((failure) => failure.nixpkgs === nixpkgs && now - failure.at < FAILURES_LAST_SECONDS)
    .map(({ target, package: name, name: derivation, strategy, method, emulator, reason, at }) => ({
      target,
      package: name,
      derivation,
      strategy,
      method,
      drvPath: '',
      emulator,
      culprit: undefined,
      remembered: true,
      reason: `it failed on ${new Date(at * 1000).toISOString().slice(0, 10)} with the same nixpkgs: ${reason}`,
    }))

/** A remembered failure holds for one version of the package. */
export interface RemembersName extends Failure {
  readonly derivation: string
}

/** What a run has learnt. */
export interface Lessons {
  readonly built: readonly { readonly name: string; readonly emulated: boolean; readonly seconds: number }[]
  readonly failed: readonly Omit<RecordedFailure, 'at'>[]
  /** Ways that worked: what was remembered against them is forgotten. */
  readonly worked: readonly Pick<RecordedFailure, 'target' | 'package' | 'strategy' | 'method' | 'emulator'>[]
}

/** Adds what a run has learnt. @param now seconds since 1970 */
export function learn(memory: Memory, { built, failed, worked }: Lessons, now: number): Memory {
  const durations = new Map(memory.durations)
  for (const { name, emulated, seconds } of built) {
    durations.set(durationKey(name, emulated), { seconds: Math.round(seconds * 10) / 10, at: now })
  }
  const fresh = failed.map((failure) => ({ ...failure, reason: failure.reason.slice(0, LONGEST_REASON), at: now }))
  const over = [...fresh, ...worked]
  const kept = memory.failures.filter(
    (old) => now - old.at < FAILURES_LAST_SECONDS && !over.some((each) => sameWay(each, old)),
  )
  const newest = [...durations].sort(([, a], [, b]) => b.at - a.at).slice(0, MOST_DURATIONS)
  return { durations: new Map(newest), failures: [...fresh, ...kept].slice(0, MOST_FAILURES) }
}

type Way = Pick<RecordedFailure, 'target' | 'package' | 'strategy' | 'method' | 'emulator'>
const sameWay = (a: Way, b: Way): boolean =>
  a.target === b.target &&
  a.package === b.package &&
  a.strategy === b.strategy &&
  a.method === b.method &&
  a.emulator === b.emulator

/** The newer of two, entry by entry. */
export function mergeMemories(a: Memory, b: Memory): Memory {
  const durations = new Map(a.durations)
  for (const [key, value] of b.durations) if (value.at >= (durations.get(key)?.at ?? 0)) durations.set(key, value)
  const failures = [...a.failures, ...b.failures].sort((x, y) => y.at - x.at)
  return {
    durations,
    failures: failures.filter((each, index) => failures.findIndex((other) => sameWay(each, other)) === index),
  }
}

export const printMemory = ({ durations, failures }: Memory): string =>
  `${JSON.stringify({ version: 1, durations: Object.fromEntries(durations), failures })}\n`

/** Reads what another run wrote. Anything else is as good as nothing: a memory only saves time. */
export function parseMemory(text: string): Memory {
  try {
    const { version, durations, failures } = JSON.parse(text) as Record<string, unknown>
    if (version !== 1 || typeof durations !== 'object' || durations === null || !Array.isArray(failures))
      return NO_MEMORY
    return {
      durations: new Map(
        Object.entries(durations).filter((entry): entry is [string, RecordedDuration] => isDuration(entry[1])),
      ),
      failures: failures.filter(isFailure),
    }
  } catch {
    return NO_MEMORY
  }
}

function isDuration(value: unknown): value is RecordedDuration {
  const { seconds, at } = (value ?? {}) as Record<string, unknown>
  return typeof seconds === 'number' && seconds >= 0 && Number.isFinite(seconds) && typeof at === 'number'
}

function isFailure(value: unknown): value is RecordedFailure {
  const failure = (value ?? {}) as Record<string, unknown>
  const texts = ['target', 'package', 'name', 'nixpkgs', 'strategy', 'reason'].map((key) => failure[key])
  return (
    texts.every((text) => typeof text === 'string') &&
    ['string', 'undefined'].includes(typeof failure.method) &&
    typeof failure.emulator === 'boolean' &&
    typeof failure.at === 'number'
  )
}
