import type { Strategy } from '../inputs/inputs.ts'
import type { CrossMethod, Failure } from './types.ts'
import { type Durations, durationKey } from './weights.ts'

/** What runs leave to later ones: how long builds took, and which ways failed. It holds no secrets. */
export interface Memory {
  readonly durations: ReadonlyMap<string, RecordedDuration>
  readonly failures: readonly RecordedFailure[]
  /** Bytes of closures, by `sizeKey`. */
  readonly sizes: ReadonlyMap<string, RecordedSize>
}

interface RecordedSize {
  readonly bytes: number
  /** Seconds since 1970. */
  readonly at: number
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

export const NO_MEMORY: Memory = { durations: new Map(), failures: [], sizes: new Map() }

const MOST_DURATIONS = 3000
const MOST_FAILURES = 300
const MOST_SIZES = 3000
const FAILURES_LAST_SECONDS = 30 * 24 * 3600
const LONGEST_REASON = 300

/** @param flake what tells a flake from others on the same machine */
export const sizeKey = (flake: string, target: string, packageName: string): string =>
  [flake, target, packageName].join(' ')

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
  /** Bytes of closures, by `sizeKey`. */
  readonly sizes: ReadonlyMap<string, number>
}

/** Adds what a run has learnt. @param now seconds since 1970 */
export function learn(memory: Memory, { built, failed, worked, sizes }: Lessons, now: number): Memory {
  const durations = new Map(memory.durations)
  for (const { name, emulated, seconds } of built) {
    durations.set(durationKey(name, emulated), { seconds: Math.round(seconds * 10) / 10, at: now })
  }
  const fresh = failed.map((failure) => ({ ...failure, reason: failure.reason.slice(0, LONGEST_REASON), at: now }))
  const over = [...fresh, ...worked]
  const kept = memory.failures.filter(
    (old) => now - old.at < FAILURES_LAST_SECONDS && !over.some((each) => sameWay(each, old)),
  )
  const measured = new Map(memory.sizes)
  for (const [key, bytes] of sizes) measured.set(key, { bytes, at: now })
  return {
    durations: newest(durations, MOST_DURATIONS),
    failures: [...fresh, ...kept].slice(0, MOST_FAILURES),
    sizes: newest(measured, MOST_SIZES),
  }
}

const newest = <T extends { readonly at: number }>(all: ReadonlyMap<string, T>, most: number): ReadonlyMap<string, T> =>
  new Map([...all].sort(([, a], [, b]) => b.at - a.at).slice(0, most))

type Way = Pick<RecordedFailure, 'target' | 'package' | 'strategy' | 'method' | 'emulator'>
const sameWay = (a: Way, b: Way): boolean =>
  a.target === b.target &&
  a.package === b.package &&
  a.strategy === b.strategy &&
  a.method === b.method &&
  a.emulator === b.emulator

/** The newer of two, entry by entry. */
export function mergeMemories(a: Memory, b: Memory): Memory {
  const failures = [...a.failures, ...b.failures].sort((x, y) => y.at - x.at)
  return {
    durations: younger(a.durations, b.durations),
    sizes: younger(a.sizes, b.sizes),
    failures: failures.filter((each, index) => failures.findIndex((other) => sameWay(each, other)) === index),
  }
}

function younger<T extends { readonly at: number }>(a: ReadonlyMap<string, T>, b: ReadonlyMap<string, T>) {
  const merged = new Map(a)
  for (const [key, value] of b) if (value.at >= (merged.get(key)?.at ?? 0)) merged.set(key, value)
  return merged
}

export const printMemory = ({ durations, failures, sizes }: Memory): string =>
  `${JSON.stringify({ version: 1, durations: Object.fromEntries(durations), failures, sizes: Object.fromEntries(sizes) })}\n`

/** Reads what another run wrote. Anything else is as good as nothing: a memory only saves time. */
export function parseMemory(text: string): Memory {
  try {
    const { version, durations, failures, sizes } = JSON.parse(text) as Record<string, unknown>
    if (version !== 1 || !Array.isArray(failures)) return NO_MEMORY
    return {
      durations: entriesOf(durations, 'seconds') as Memory['durations'],
      sizes: entriesOf(sizes, 'bytes') as Memory['sizes'],
      failures: failures.filter(isFailure),
    }
  } catch {
    return NO_MEMORY
  }
}

/** The entries that have a quantity under this name, and a time. */
function entriesOf(values: unknown, quantity: string): ReadonlyMap<string, unknown> {
  const isEntry = (value: unknown): boolean => {
    const { [quantity]: amount, at } = (value ?? {}) as Record<string, unknown>
    return typeof amount === 'number' && amount >= 0 && Number.isFinite(amount) && typeof at === 'number'
  }
  return new Map(Object.entries((values ?? {}) as object).filter(([, value]) => isEntry(value)))
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
