import type { Target } from '../../inputs/inputs.ts'
import type { System } from '../../nix/system.ts'
import type { Place, RunnerLabels } from './types.ts'

/** GitHub's hosted runners by their system (docs.github.com, "GitHub-hosted runners reference", 2026-11). */
export const HOSTED_RUNNERS: RunnerLabels = new Map([
  ['x86_64-linux', 'ubuntu-24.04'],
  ['aarch64-linux', 'ubuntu-24.04-arm'],
  ['aarch64-darwin', 'macos-15'],
  ['x86_64-darwin', 'macos-15-intel'],
])

/** Systems that another one executes by itself (nixpkgs, lib/systems, canExecute; Nix, default extra-platforms). */
const ALSO_NATIVE: Readonly<Record<string, readonly string[]>> = { 'x86_64-linux': ['i686-linux'] }

/** Runners for what no runner executes natively, the best first: most binary caches hold most for the first. */
const BUILDERS = ['x86_64-linux', 'aarch64-linux']

/**
 * The runner for the jobs of a target: its own where there is one, and the workflow does not ask for a cross or
 * emulated build; else one that cross-compiles or emulates.
 * @returns the runner, or why there is none
 */
export function placeTarget(target: Target, labels: RunnerLabels): Place | string {
  const asked = target.strategy === 'cross' || target.strategy === 'emulated'
  const own = target.plain && !asked ? nativePlace(target.system, labels) : undefined
  if (own !== undefined) return own
  if (target.strategy === 'native')
    return `no runner executes ${target.system} programs: name one in runners, as {"${target.system}": "label"}`
  const linux = [...labels.keys()].filter((system) => system.endsWith('-linux')).sort()
  const builders = [...BUILDERS, ...linux].filter((system) => labels.has(system))
  const builder = builders.find((system) => system !== target.system) ?? builders[0]
  const place = builder === undefined ? undefined : nativePlace(builder, labels)
  return place ?? `no Linux runner is left to build for ${target.name} on: see runners`
}

/** A runner that executes programs of a system. */
export function nativePlace(system: string, labels: RunnerLabels): Place | undefined {
  const hosts = [system, ...Object.keys(ALSO_NATIVE).filter((host) => ALSO_NATIVE[host]?.includes(system))]
  for (const host of hosts) {
    const label = labels.get(host)
    if (label !== undefined) return { system: host as System, label, native: [host, ...(ALSO_NATIVE[host] ?? [])] }
  }
  return undefined
}

/** A label as text for people. */
export const labelText = (label: Place['label']): string => (typeof label === 'string' ? label : label.join(' + '))
