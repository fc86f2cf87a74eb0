import type { Inputs, Target } from '../inputs/inputs.ts'
import { formatSeconds } from '../nix/units.ts'
import { title } from './describe.ts'
import type { Facts, Option } from './facts.ts'
import { listOptions } from './options.ts'
import type { Candidate, Choice, CrossMethod, Plan } from './types.ts'

export type { Facts } from './facts.ts'

/** How much cheaper a way must be to be taken before one that is better for other reasons: estimates are rough. */
const CLEARLY_CHEAPER = 0.9
/**
 * Chooses how one package is had for one target. What cannot work is left out. Native comes first; of the rest the
 * cheapest is taken, and of those that cost about the same the first in the order declared, pkgsCross, overlay, nixos,
 * transparent, emulated, cross with an emulator; with `prefer: native-paths` emulated comes right after native.
 * A target that names its strategy has only that one.
 */
export function choose(target: Target, packageName: string, facts: Facts, prefer: Inputs['prefer']): Plan {
  const options = order(listOptions(target, facts), prefer).filter((option) => allowed(option, target))
  const winner = cheapest(options, prefer)
  const candidates = options.map((option): Candidate => {
    const chosen = option === winner
    return { ...option.candidate, chosen, reason: chosen ? option.merit : (option.problem ?? lost(option, winner)) }
  })
  if (winner?.candidate.evaluated === undefined) {
    return { target, package: packageName, candidates, choice: undefined, reason: refusal(target, options) }
  }
  const { strategy, method, hybrid, attribute, evaluated } = winner.candidate
  const choice: Choice = {
    strategy,
    ...(method === undefined ? {} : { method }),
    ...(hybrid === true ? { hybrid } : {}),
    attribute,
    evaluated,
    substitutable: winner.substitutable,
  }
  return { target, package: packageName, candidates, choice, reason: winner.merit }
}

/**
 * Whether the flake should be asked for views of itself as cross builds: only where a cross build could win over what
 * is known.
 * @param evaluationSeconds what asking costs
 */
export function viewsMayWin(
  { target, candidates, choice }: Plan,
  prefer: Inputs['prefer'],
  evaluationSeconds: number,
): boolean {
  if (target.strategy !== 'auto') return false
  if (choice === undefined) return true
  if (choice.strategy === 'native') return false
  if (choice.strategy === 'cross') return choice.hybrid === true
  const cost = candidates.find(({ chosen }) => chosen)?.cost
  return prefer === 'speed' && (cost === undefined || cost.seconds - cost.nativeSeconds > evaluationSeconds)
}

/** What failed only in an earlier run is tried again where nothing else works. */
function cheapest(options: readonly Option[], prefer: Inputs['prefer']): Option | undefined {
  const possible = options.filter(({ problem }) => problem === undefined)
  const [first, ...others] = possible.length > 0 ? possible : options.filter(({ retriable }) => retriable)
  return others.reduce((best, option) => (displaces(option, best, prefer) ? option : best), first)
}

function displaces(option: Option, best: Option | undefined, prefer: Inputs['prefer']): boolean {
  if (best === undefined) return true
  const settled =
    best.candidate.strategy === 'native' || (prefer === 'native-paths' && best.candidate.strategy === 'emulated')
  if (settled || option.seconds === undefined || best.seconds === undefined) return false
  return option.seconds < best.seconds * CLEARLY_CHEAPER
}

function lost({ seconds }: Option, winner: Option | undefined): string {
  if (winner === undefined) return 'not needed'
  const name = title(winner.candidate)
  if (seconds === undefined || winner.seconds === undefined) return `not needed: ${name} comes first`
  const [own, best] = [formatSeconds(seconds), formatSeconds(winner.seconds)]
  return seconds > winner.seconds
    ? `estimated ${own} of work, against ${best} by ${name}`
    : `estimated ${own} of work; ${name}, estimated ${best}, comes first`
}

const METHODS: readonly CrossMethod[] = ['declared', 'pkgsCross', 'overlay', 'nixos', 'transparent']

function order(options: readonly Option[], prefer: Inputs['prefer']): readonly Option[] {
  const rank = ({ candidate: { strategy, method, hybrid } }: Option): number => {
    if (strategy === 'native') return 0
    if (strategy === 'emulated') return prefer === 'native-paths' ? 1 : 4
    return (hybrid === true ? 5 : 2) + METHODS.indexOf(method ?? 'declared') / 10
  }
  return [...options].sort((a, b) => rank(a) - rank(b))
}

function allowed({ candidate: { strategy }, merit }: Option, target: Target): boolean {
  // Emulation of what runs here anyway is native: the same workflow may run on several kinds of runner.
  if (target.strategy === 'emulated')
    return strategy === 'emulated' || (strategy === 'native' && merit.startsWith('the runner'))
  return target.strategy === 'auto' || target.strategy === strategy
}

function refusal(target: Target, options: readonly Option[]): string {
  const asked = target.strategy === 'auto' ? 'No strategy works' : `Strategy ${target.strategy} does not work`
  if (options.length === 0)
    return `${asked} for ${target.name}: no machine builds it as its own, it is cross-compiled for. Use cross or auto`
  const namesByProblem = new Map<string, string[]>()
  for (const { candidate, problem = '' } of options) {
    const { method, hybrid, strategy } = candidate
    const name = hybrid === true ? `${method} with an emulator` : (method ?? strategy)
    namesByProblem.set(problem, [...(namesByProblem.get(problem) ?? []), name])
  }
  const why = [...namesByProblem].map(([problem, names]) => `${names.join(', ')}: ${problem}`)
  return `${asked} for ${target.name}. ${why.join('; ')}`
}
