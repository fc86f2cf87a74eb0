import { isDeepStrictEqual } from 'node:util'
import type { Target } from '../inputs/inputs.ts'
import { platformOf } from '../nix/platform.ts'
import { type System, sameSystem } from '../nix/system.ts'
import type { Found } from './answers.ts'
import { builderFor } from './builders.ts'
import { isOfMachines } from './costs.ts'
import { type Described, type Draft, emulationProblem, type Facts, featureProblem, listed } from './facts.ts'
import type { Cost } from './types.ts'
import { isForeign } from './weights.ts'

/** The target's own derivation: native, substituted, by a remote builder or emulated, whichever can be had. */
export function ownOptions(target: Target, facts: Facts, base: Described): readonly Draft[] {
  const { own } = facts
  const found = own.status === 'derivation' ? own.found : undefined
  if (facts.native.includes(target.system)) return atHome(target, facts, found, base)
  if (found !== undefined && (found.system === 'builtin' || facts.native.includes(found.system)))
    return withOthers(builtHere(target, found, base), facts, undefined, forAnother(target, found))
  return [
    elsewhere(target, facts, found, base),
    {
      candidate: { strategy: 'emulated', ...base.candidate },
      problem: base.problem ?? stray(target, found) ?? ownEmulationProblem(target, facts, found, base),
      merit: target.strategy === 'emulated' ? 'the workflow asks for it' : `QEMU runs the ${target.system} build`,
    },
  ]
}

/** The runner executes the target's programs. */
function atHome(target: Target, facts: Facts, found: Found | undefined, base: Described): readonly Draft[] {
  const [runner] = facts.native
  const who =
    target.system === runner
      ? `the runner is ${target.system} itself`
      : `the runner (${runner}) executes ${target.system} programs`
  const merit = `${who}${forAnother(target, found)}`
  const native = { candidate: { strategy: 'native', ...base.candidate }, problem: base.problem, merit } as const
  return withOthers(native, facts, misnamed(target, found), forAnother(target, found))
}

/** What is built here may need builds for other systems all the same. @param problem why these are not to be emulated */
function withOthers(native: Draft, facts: Facts, problem: string | undefined, more: string): readonly Draft[] {
  const { candidate } = native
  const others = strangers(candidate.cost, facts)
  if (others.length === 0) return [native]
  const wanted = `what it needs for ${listed(others)}`
  const why = `neither the runner (${facts.native[0]}) nor a remote builder builds ${wanted}`
  return [
    { ...native, problem: native.problem ?? why },
    {
      candidate:
        candidate.strategy === 'cross' ? { ...candidate, hybrid: true } : { ...candidate, strategy: 'emulated' },
      problem: native.problem ?? problem ?? emulationProblem(candidate.cost, others, facts),
      merit: `QEMU builds ${wanted}${more}`,
    },
  ]
}

/** Systems of what is to be built that neither Nix here nor a remote builder builds for. */
const strangers = (cost: Cost | undefined, { platforms, builders }: Facts): readonly string[] =>
  Object.keys(cost?.toBuild ?? {}).filter(
    (system) => isForeign(system, platforms) && !builders.some(({ systems }) => systems.includes(system)),
  )

/** Told, and no fault: a flake may have under the name of a system what runs on another. */
const forAnother = ({ system }: Target, found: Found | undefined): string =>
  found?.host === undefined || sameSystem(found.host, system) ? '' : `; its result is for ${found.host}`

/** What the flake has under the name of a system is for it, by whatever it is built. */
const misnamed = (target: Target, found: Found | undefined): string | undefined =>
  found?.path.includes(target.system) ? undefined : stray(target, found)

/** A path such as a NixOS configuration's is for one system, whatever the target: its programs need that one's emulator. */
function stray({ system }: Target, found: Found | undefined): string | undefined {
  const [own, wanted] = [found?.system, system].map((each) => platformOf(each as System)?.elf)
  if (found === undefined || isDeepStrictEqual(own, wanted)) return undefined
  const advice = own === undefined ? '' : `: name ${found.system} in targets`
  return `its derivation ${found.name} is for ${found.system}, not ${system}${advice}`
}

/** Native without this machine: from a binary cache, or by a builder of the target's kind. */
function elsewhere(target: Target, facts: Facts, found: Found | undefined, { candidate, problem }: Described): Draft {
  const cost = candidate.cost
  const cached = cost !== undefined && Object.values(cost.toBuild).every((count) => count === 0)
  const builder = found && builderFor(facts.builders, found.system, found.features)
  const native = { strategy: 'native', ...candidate } as const
  if (cached || builder === undefined) {
    const notHere = `the runner (${facts.native[0]}) does not execute ${target.system} programs, no binary cache has the outputs, and no remote builder is configured for it`
    return {
      candidate: native,
      problem: problem ?? (cached ? undefined : notHere),
      merit: 'a binary cache or the local store has every output: nothing to build',
    }
  }
  return {
    candidate: native,
    problem,
    merit: `the remote builder ${builder.uri} is ${target.system}`,
    ...(cost === undefined ? {} : { seconds: cost.nativeSeconds }),
  }
}

/** Some flakes give a foreign system a cross build or plain data, made by a derivation that this machine executes. */
function builtHere(target: Target, found: Found, { candidate, problem }: Described): Draft {
  const merit = `the runner executes it: the flake's own derivation for ${target.system} is one of ${found.system}${forAnother(target, found)}`
  const isCross = found.host !== undefined && sameSystem(found.host, target.system)
  const kind = isCross ? ({ strategy: 'cross', method: 'declared' } as const) : ({ strategy: 'native' } as const)
  return { candidate: { ...kind, ...candidate }, problem, merit }
}

function ownEmulationProblem(target: Target, facts: Facts, found: Found | undefined, { candidate }: Described) {
  const own = found?.features.filter(isOfMachines) ?? []
  if (own.length > 0) return `it needs the feature ${own.join(' and ')}, which an emulated build does not have`
  return emulationProblem(candidate.cost, [target.system], facts) ?? featureProblem(candidate.cost, facts)
}
