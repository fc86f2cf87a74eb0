import { platformOf } from '../nix/platform.ts'
import type { System } from '../nix/system.ts'
import { UserError } from '../runner/errors.ts'
import type { Inputs, Target } from './inputs.ts'
import {
  describeProblems,
  parseFlake,
  parseNixSource,
  parsePackages,
  parseSha256,
  parseStrategy,
  parseTargets,
  parseTemplate,
  parseToken,
  parseVersion,
  type ReadInput,
} from './parse.ts'
import { bad, type Checked, ok, oneOf } from './values.ts'

/** System → label (or labels) of its runner; null: there is none. */
export type RunnersInput = ReadonlyMap<string, string | readonly string[] | null>

/** All inputs of the plan action, checked. Defaults are those of plan/action.yml. */
export interface PlanInputs
  extends Pick<
    Inputs,
    'flake' | 'packages' | 'prefer' | 'crossAttribute' | 'nixSource' | 'nixVersion' | 'extraNixConfig' | 'githubToken'
  > {
  /** Undefined: every system that the flake exposes. */
  readonly targets: readonly Target[] | undefined
  /** For targets that name none. */
  readonly strategy: Target['strategy']
  /** Laid over the hosted runners. */
  readonly runners: RunnersInput
  readonly maxJobs: number
}

/** GitHub's limit for the jobs of one matrix. */
const MOST_JOBS = 256

/**
 * Parses and checks all inputs of the plan action.
 * @throws UserError that lists every problem, each with the input's name, its value and what is allowed
 */
export function parsePlanInputs(read: ReadInput): PlanInputs {
  const problems: string[] = []
  const take = <T>(name: string, parse: (text: string) => Checked<T>): T => {
    const checked = parse(read(name))
    if ('value' in checked) return checked.value
    problems.push(`${name}: ${checked.problem}`)
    return undefined as T // never seen: the problems are thrown below
  }
  const strategy = take('strategy', parseStrategy)
  const nixSha256 = take('nix-sha256', parseSha256)
  const inputs: PlanInputs = {
    flake: take('flake', parseFlake),
    targets: take('targets', (text) => (text === '' ? ok(undefined) : parseTargets(text, strategy, undefined))),
    strategy,
    packages: take('packages', parsePackages),
    prefer: take('prefer', (text) => oneOf(text, ['speed', 'native-paths'])),
    crossAttribute: take('cross-attribute', parseTemplate),
    runners: take('runners', parseRunners),
    maxJobs: take('max-jobs', parseMaxJobs),
    nixSource: take('nix-source', (text) => parseNixSource(text, nixSha256)),
    nixVersion: take('nix-version', parseVersion),
    extraNixConfig: read('extra-nix-config'),
    githubToken: take('github-token', parseToken),
  }
  if (problems.length > 0) throw new UserError(describeProblems(problems))
  return inputs
}

const RUNNERS_FORM =
  'a JSON object such as {"aarch64-linux": "ubuntu-24.04-arm", "riscv64-linux": ["self-hosted", "riscv64"]}'

function parseRunners(text: string): Checked<RunnersInput> {
  if (text.trim() === '') return ok(new Map())
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    return bad(`"${text}" is no JSON (${error instanceof Error ? error.message : String(error)}); use ${RUNNERS_FORM}`)
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return bad(`"${text}" is not ${RUNNERS_FORM}`)
  const problems = Object.entries(value).flatMap(([system, label]) => [
    ...(isSystem(system) ? [] : [`"${system}" is no system that a runner could have; use one such as aarch64-linux`]),
    ...(isLabel(label)
      ? []
      : [
          `the label of "${system}" is ${JSON.stringify(label)}; use a text, a list of texts, or null where there is no runner`,
        ]),
  ])
  return problems.length > 0 ? bad(problems.join('; ')) : ok(new Map(Object.entries(value as Record<string, string>)))
}

/** What a target may be, and macOS, whose hosted runners stand in the table too. */
const isSystem = (text: string): boolean =>
  platformOf(text as System) !== undefined || ['aarch64-darwin', 'x86_64-darwin'].includes(text)

const isText = (value: unknown): value is string => typeof value === 'string' && value.trim() !== ''

const isLabel = (value: unknown): boolean =>
  value === null || isText(value) || (Array.isArray(value) && value.length > 0 && value.every(isText))

function parseMaxJobs(text: string): Checked<number> {
  const value = Number(text)
  if (/^\d{1,3}$/.test(text) && value >= 1 && value <= MOST_JOBS) return ok(value)
  return bad(`"${text}" is not allowed; use a whole number from 1 to ${MOST_JOBS}, GitHub's limit for one matrix`)
}
