import { explainNix } from '../nix/explain.ts'
import type { Nix } from '../nix/nix.ts'
import type { Runner } from '../runner/ports.ts'
import type { Plan } from '../strategy/types.ts'
import { culpritsOf, failuresIn } from './culprits.ts'
import type { FollowedDerivation } from './log/follow.ts'
import type { Followed } from './realise.ts'
import { derivationClosure } from './store.ts'
import type { BuildResult } from './types.ts'

/** Finds which derivation failed for a package that was not realised, and says why. */
export async function blame(runner: Runner, nix: Nix, plan: Plan, followed: Followed): Promise<BuildResult> {
  const refused = refusalOf(plan, followed)
  // another way may do without that cache: no category of failures that are the same whichever is taken
  if (refused !== undefined) return { ...failedWith(plan, refused), category: 'other' }
  const goal = plan.choice?.evaluated.drvPath
  const needed = goal === undefined ? new Set<string>() : await derivationClosure(runner, nix, [goal])
  const seen = [...followed.derivations.values()].filter(({ drvPath }) => needed.has(drvPath))
  const failures = failuresIn(seen, followed.errors)
  const own = followed.errors.filter(({ drvPath }) => drvPath !== undefined && needed.has(drvPath))
  const byItself = failures.find(({ error, status }) => error !== undefined || status !== 'failed')
  // without a word ends what is ended by another's failure
  const isEnded = own.length > 0 || culpritsOf([...followed.derivations.values()], followed.errors).length > 0
  const loose = followed.errors.filter(({ drvPath }) => drvPath === undefined)
  const found = byItself ?? (isEnded ? undefined : failures[0])
  // what ended Nix itself, it says of no derivation
  const culprit = found && withWords(found, loose)
  if (culprit !== undefined) {
    const { seconds, drvPath, lastLines } = culprit
    const { category } = explainNix(culprit.error ?? '', lastLines)
    const error = describe(plan, culprit)
    return {
      plan,
      seconds,
      status: 'failed',
      log: lastLines,
      error,
      category,
      culprit: drvPath,
      ...mismatchOf(culprit),
    }
  }
  // why no other machine built it is told of none of its derivations
  const refusals = loose.filter(({ text }) => text.startsWith('cannot build on '))
  const messages = (own.length > 0 ? [...refusals, ...own] : loose).map(({ text }) => text)
  if (messages.length === 0)
    return { plan, seconds: 0, status: 'skipped', error: 'not built: Nix stopped when another package failed' }
  return failedWith(plan, messages.join('\n'))
}

const failedWith = (plan: Plan, text: string): BuildResult => ({
  plan,
  seconds: 0,
  status: 'failed',
  error: explained(text),
  category: explainNix(text).category,
})

/** What was said of an output that was to be fetched, and was refused: building it was nobody's plan. */
function refusalOf({ choice, candidates }: Plan, { refused }: Followed): string | undefined {
  const cost = candidates.find(({ chosen }) => chosen)?.cost
  if (choice === undefined || Object.values(cost?.toBuild ?? { some: 1 }).some((count) => count > 0)) return undefined
  return refused.find((text) => Object.values(choice.evaluated.outputs).some((path) => text.includes(`'${path}'`)))
}

const withWords = (failed: FollowedDerivation, said: Followed['errors']): FollowedDerivation =>
  failed.error !== undefined || failed.lastLines.length > 0 || said.length === 0
    ? failed
    : { ...failed, error: said.map(({ text }) => text).join('\n') }

function describe(plan: Plan, { name, drvPath, error, lastLines, status, seconds }: FollowedDerivation): string {
  const what = drvPath === plan.choice?.evaluated.drvPath ? name : `${name}, which ${plan.package} needs,`
  if (status === 'silent') {
    const hint =
      'Programs under QEMU are known to hang: build it cross or on a runner of its own kind, or raise silent-timeout.'
    return `${what} hung and was ended after ${Math.round(seconds)} s: no line of output for the silent-timeout. ${hint}`
  }
  if (status === 'timeout')
    return `${what} was ended after ${Math.round(seconds)} s: it took longer than build-timeout allows.`
  return `${what} failed to build: ${explained(error ?? '', lastLines)}${lastLines.some(isQemuCrash) ? ` ${UNDER_QEMU}` : ''}`
}

/** What QEMU's user emulation prints where its program, or it itself, crashes. */
const isQemuCrash = (line: string): boolean => /^\s*qemu: (?:uncaught target signal|unhandled)/.test(line)
const UNDER_QEMU =
  'It crashed under QEMU, which may be to blame: build it cross or on a runner of its own kind, or give qemu-source a newer QEMU.'

/** Where its output is not what its hash says. */
function mismatchOf({ name, error = '', lastLines }: FollowedDerivation): Pick<BuildResult, 'mismatch'> {
  const { category, wanted, got } = explainNix(error, lastLines)
  return category === 'hash' && wanted && got ? { mismatch: { name, wanted, got } } : {}
}

function explained(message: string, log: readonly string[] = []): string {
  const { sentence, advice } = explainNix(message, log)
  return `${sentence} ${advice}`.trim()
}
