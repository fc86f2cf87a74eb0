import type { PlanInputs, RunnersInput } from '../../inputs/plan.ts'
import { parseTarget } from '../../inputs/targets.ts'
import { PLATFORMS } from '../../nix/platform.ts'
import { HOSTED_RUNNERS, placeTarget } from './runners.ts'
import type { PlacedTarget, RunnerLabels } from './types.ts'

/** A system that the flake exposes and no job can be made for. */
export interface LeftOut {
  readonly system: string
  /** One sentence without full stop. */
  readonly reason: string
}

/** The hosted runners, with the workflow's own laid over them. */
export function runnerLabels(given: RunnersInput): RunnerLabels {
  const labels = new Map(HOSTED_RUNNERS)
  for (const [system, label] of given) {
    if (label === null) labels.delete(system)
    else labels.set(system, label)
  }
  return labels
}

/**
 * The targets with their runners: those of the workflow, or one for each system that there is a runner for, which
 * counts where the flake exposes it.
 * @returns the targets, and what is wrong with those of the workflow
 */
export function placeTargets(inputs: Pick<PlanInputs, 'targets' | 'strategy' | 'runners'>): {
  readonly placed: readonly PlacedTarget[]
  readonly problems: readonly string[]
} {
  const labels = runnerLabels(inputs.runners)
  const discovered = inputs.targets === undefined
  const targets =
    inputs.targets ??
    PLATFORMS.flatMap(({ system }) => {
      const target = parseTarget(system, inputs.strategy)
      return typeof target === 'string' ? [] : [target]
    })
  const places = targets.map((target) => ({ target, place: placeTarget(target, labels), discovered }))
  return {
    placed: places.flatMap(({ place, ...rest }) => (typeof place === 'string' ? [] : [{ ...rest, place }])),
    problems: discovered ? [] : places.flatMap(({ place }) => (typeof place === 'string' ? [place] : [])),
  }
}

/** Systems of the flake that get no job, with the reason. */
export function leftOut(
  inputs: Pick<PlanInputs, 'strategy' | 'runners'>,
  placed: readonly PlacedTarget[],
  exposed: readonly string[],
): readonly LeftOut[] {
  const labels = runnerLabels(inputs.runners)
  return exposed
    .filter((system) => !placed.some(({ target }) => target.system === system))
    .map((system) => {
      const target = parseTarget(system, inputs.strategy)
      const place = typeof target === 'string' ? shortened(target) : placeTarget(target, labels)
      return { system, reason: typeof place === 'string' ? place : 'it is not among the targets' }
    })
}

/** What parseTarget says, without the name, which stands before it, and what is allowed. */
const shortened = (problem: string): string =>
  problem
    .replace(/^"[^"]*": /, '')
    .replace(/^"[^"]*"/, 'it')
    .replace(/;.*/s, '')
