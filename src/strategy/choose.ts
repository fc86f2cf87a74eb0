import type { Inputs, Target } from '../inputs/inputs.ts'
import { sameSystem } from '../nix/system.ts'
import type { Found, Lookup } from './answers.ts'
import { joinAttributePath, namesTarget } from './attributes.ts'
import type { Candidate, Choice, Cost, CrossMethod, Plan } from './types.ts'

/** What is known before choosing, about the machine and the flake's attributes. */
export interface Facts {
  /** Systems whose programs this machine runs without an emulator, its own first. */
  readonly native: readonly string[]
  /** Why programs of the target's system cannot be emulated; undefined where they can. */
  readonly emulationProblem: string | undefined
  readonly own: Lookup
  /** Names under `packages.<target>`, and systems that the flake has packages for: told where the package is missing. */
  readonly names: readonly string[]
  readonly systems: readonly string[]
  /** Cross candidates in order of preference; not asked where they cannot win. */
  readonly cross: readonly Lookup[]
  /** By derivation path. */
  readonly costs: ReadonlyMap<string, Cost>
  /** Translated evaluation errors, by kind of lookup. */
  readonly explain: (error: string) => string
}

interface Described {
  readonly candidate: Pick<Candidate, 'attribute' | 'evaluated' | 'cost'>
  readonly problem: string | undefined
}

interface Option {
  readonly candidate: Omit<Candidate, 'chosen' | 'reason'>
  /** Why it cannot be had; undefined where it can. */
  readonly problem: string | undefined
  /** Why it would be taken. */
  readonly merit: string
  readonly substitutable: boolean
}

/**
 * Chooses how one package is had for one target: the first that works in the order native, substituted as it is,
 * cross (declared, then pkgsCross), emulated; with `prefer: native-paths` emulated comes before cross. A target that
 * names its strategy has only that one.
 */
export function choose(target: Target, packageName: string, facts: Facts, prefer: Inputs['prefer']): Plan {
  const options = order(listOptions(target, facts), prefer).filter((option) => allowed(option, target))
  const winner = options.find((option) => option.problem === undefined)
  const candidates = options.map((option): Candidate => {
    const chosen = option === winner
    const reason = chosen ? option.merit : (option.problem ?? `not needed: ${winner?.candidate.strategy} comes first`)
    return { ...option.candidate, chosen, reason }
  })
  if (winner?.candidate.evaluated === undefined) {
    return { target, package: packageName, candidates, choice: undefined, reason: refusal(target, options) }
  }
  const { strategy, method, attribute, evaluated } = winner.candidate
  const choice: Choice = {
    strategy,
    ...(method === undefined ? {} : { method }),
    attribute,
    evaluated,
    substitutable: winner.substitutable,
  }
  return { target, package: packageName, candidates, choice, reason: winner.merit }
}

function listOptions(target: Target, facts: Facts): readonly Option[] {
  const own = target.plain ? ownOptions(target, facts) : []
  return [...own, ...facts.cross.map((lookup) => crossOption(target, facts, lookup))]
}

/** The target's own derivation: native, substituted or emulated, whichever this machine and the caches allow. */
function ownOptions(target: Target, facts: Facts): readonly Option[] {
  const { own } = facts
  const base = describeLookup(own, facts, target)
  const found = own.status === 'derivation' ? own.found : undefined
  const runs = facts.native.includes(target.system)
  if (runs) {
    const itself = target.system === facts.native[0]
    const merit = itself
      ? `the runner is ${target.system} itself`
      : `the runner (${facts.native[0]}) executes ${target.system} programs`
    return [
      {
        candidate: { strategy: 'native', ...base.candidate },
        problem: base.problem,
        merit,
        substitutable: isSubstitutable(found, facts),
      },
    ]
  }
  if (found !== undefined && needsNoEmulator(found, facts)) return [builtHere(target, facts, found, base)]
  const substitutable = isSubstitutable(found, facts)
  const notHere = `the runner (${facts.native[0]}) does not execute ${target.system} programs, and no binary cache has the outputs`
  const emulation = emulationProblem(found, facts)
  return [
    {
      candidate: { strategy: 'native', ...base.candidate },
      problem: base.problem ?? (substitutable ? undefined : notHere),
      merit: 'a binary cache or the local store has every output: nothing to build',
      substitutable,
    },
    {
      candidate: { strategy: 'emulated', ...base.candidate },
      problem: base.problem ?? emulation,
      merit:
        target.strategy === 'emulated'
          ? 'the workflow asks for it'
          : `no cross build is there; QEMU runs the ${target.system} build`,
      substitutable,
    },
  ]
}

const needsNoEmulator = ({ system }: Found, facts: Facts): boolean =>
  system === 'builtin' || facts.native.includes(system)

/** Some flakes give a foreign system a cross build or plain data, made by a derivation that this machine executes. */
function builtHere(target: Target, facts: Facts, found: Found, { candidate, problem }: Described): Option {
  const merit = `the runner executes it: the flake's own derivation for ${target.system} is one of ${found.system}`
  const kind =
    found.host === target.system
      ? ({ strategy: 'cross', method: 'declared' } as const)
      : ({ strategy: 'native' } as const)
  return { candidate: { ...kind, ...candidate }, problem, merit, substitutable: isSubstitutable(found, facts) }
}

function emulationProblem(found: Found | undefined, facts: Facts): string | undefined {
  const machineOnly = found?.features.filter((feature) => feature === 'kvm' || feature === 'nixos-test') ?? []
  if (machineOnly.length > 0)
    return `it needs the feature ${machineOnly.join(' and ')}, which an emulated build does not have`
  return facts.emulationProblem
}

function crossOption(target: Target, facts: Facts, lookup: Lookup): Option {
  const method: CrossMethod = lookup.kind === 'own' ? 'declared' : lookup.kind
  const base = describeLookup(lookup, facts, target)
  const found = lookup.status === 'derivation' ? lookup.found : undefined
  const problem = base.problem ?? (found && crossProblem(target, facts, found, method))
  const what = MERITS[method]
  const merit = `${what}, ${base.candidate.attribute}${target.strategy === 'cross' ? '' : `; it runs at native speed on ${facts.native[0]}`}`
  return {
    candidate: { strategy: 'cross', method, ...base.candidate },
    problem,
    merit,
    substitutable: isSubstitutable(found, facts),
  }
}

/** A cross derivation is built on this machine and its result runs on the target. */
function crossProblem(target: Target, facts: Facts, found: Found, method: CrossMethod): string | undefined {
  if (!facts.native.includes(found.system))
    return `its derivation is for ${found.system}, which the runner (${facts.native[0]}) does not execute`
  if (found.host !== undefined && !sameSystem(found.host, target.system))
    return `its result is for ${found.host}, not ${target.system}`
  const left = foreignBuilds(found, facts)
  if (left !== undefined) return `${left} in its closure would have to be emulated, so it is no pure cross build`
  // A view leaves what no nixpkgs made as it is: there the name proves nothing.
  const byName = (method === 'declared' || method === 'pkgsCross') && namesTarget(found.path, target)
  if (found.host === undefined && !byName) return `nothing says that its result is for ${target.system}`
  return undefined
}

/** Derivations of other systems that are left to build: `3 derivations for aarch64-linux`. */
function foreignBuilds(found: Found, facts: Facts): string | undefined {
  const counts = Object.entries(facts.costs.get(found.drvPath)?.toBuild ?? {})
  const foreign = counts.filter(
    ([system, count]) => count > 0 && system !== 'builtin' && system.includes('-') && !facts.native.includes(system),
  )
  return foreign.length === 0
    ? undefined
    : foreign.map(([system, count]) => `${count} derivation(s) for ${system}`).join(' and ')
}

const MERITS: Readonly<Record<CrossMethod, string>> = {
  declared: 'the flake declares a cross build',
  pkgsCross: "the flake has nixpkgs' cross set",
  overlay: "the flake's overlay applied to a nixpkgs that cross-compiles",
  nixos: "the flake's NixOS configuration with nixpkgs.buildPlatform set",
  transparent: 'the unchanged flake, given a nixpkgs that cross-compiles',
}

function describeLookup(lookup: Lookup, facts: Facts, target: Target): Described {
  switch (lookup.status) {
    case 'derivation': {
      const { drvPath, system, name, outputs } = lookup.found
      const cost = facts.costs.get(drvPath)
      const attribute = joinAttributePath(lookup.found.path)
      return {
        candidate: {
          attribute,
          evaluated: { drvPath, system, name, outputs },
          ...(cost === undefined ? {} : { cost }),
        },
        problem: undefined,
      }
    }
    case 'no-derivation':
      return { candidate: { attribute: joinAttributePath(lookup.path) }, problem: 'the attribute is no derivation' }
    case 'missing':
      return { candidate: { attribute: '' }, problem: missing(lookup.kind, facts, target) }
    case 'error':
      return { candidate: { attribute: '' }, problem: `it does not evaluate: ${facts.explain(lookup.error)}` }
  }
}

function missing(kind: Lookup['kind'], { names, systems }: Facts, target: Target): string {
  if (kind === 'declared') return 'the flake declares no cross build of it'
  if (kind === 'pkgsCross') return 'the flake has no legacyPackages with pkgsCross for it'
  if (kind === 'overlay') return 'the flake has no overlay with it'
  if (kind === 'nixos') return 'it is no NixOS configuration of the flake'
  if (kind === 'transparent') return 'the flake has it neither for the target nor for the runner'
  if (names.length > 0) return `there is no such package: packages.${target.system} has ${shortened(names)}`
  if (systems.length > 0)
    return `the flake has nothing for ${target.system}: the flake has packages for ${shortened(systems)}`
  return 'the flake has no packages'
}

function shortened(names: readonly string[]): string {
  const distinct = [...new Set(names)]
  return distinct.length > 20
    ? `${distinct.slice(0, 20).join(', ')} and ${distinct.length - 20} more`
    : distinct.join(', ')
}

function isSubstitutable(found: Found | undefined, facts: Facts): boolean {
  const cost = found && facts.costs.get(found.drvPath)
  return cost !== undefined && Object.values(cost.toBuild).every((count) => count === 0)
}

function order(options: readonly Option[], prefer: Inputs['prefer']): readonly Option[] {
  const rank = (option: Option): number => {
    const { strategy, method } = option.candidate
    if (strategy === 'native') return 0
    if (strategy === 'emulated') return prefer === 'native-paths' ? 1 : 4
    return 2 + ['declared', 'pkgsCross', 'overlay', 'nixos', 'transparent'].indexOf(method ?? '') / 10
  }
  return [...options].sort((a, b) => rank(a) - rank(b))
}

function allowed(option: Option, target: Target): boolean {
  const { strategy } = option.candidate
  // Emulation of what runs here anyway is native: the same workflow may run on several kinds of runner.
  if (target.strategy === 'emulated')
    return strategy === 'emulated' || (strategy === 'native' && option.merit.startsWith('the runner'))
  return target.strategy === 'auto' || target.strategy === strategy
}

function refusal(target: Target, options: readonly Option[]): string {
  const asked = target.strategy === 'auto' ? 'No strategy works' : `Strategy ${target.strategy} does not work`
  const namesByProblem = new Map<string, string[]>()
  for (const { candidate, problem = '' } of options) {
    namesByProblem.set(problem, [...(namesByProblem.get(problem) ?? []), candidate.method ?? candidate.strategy])
  }
  const why = [...namesByProblem].map(([problem, names]) => `${names.join(', ')}: ${problem}`)
  return `${asked} for ${target.name}. ${why.join('; ')}`
}
