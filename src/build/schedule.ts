import type { Inputs } from '../inputs/inputs.ts'
import type { DrvPath } from '../nix/store-path.ts'
import type { Choice, Plan } from '../strategy/types.ts'

/** Derivations that one Nix process builds together, with its own scheduler. */
export interface Batch {
  readonly derivations: readonly DrvPath[]
  /** Arguments of `nix-store --realise` besides the derivations. */
  readonly args: readonly string[]
  /** Seconds of `max-silent-time`, 0 = none. */
  readonly silentTimeout: number
}

/**
 * One batch for all targets, or two where some are emulated: Nix has one `max-silent-time` for a whole process, and a
 * native derivation may be silent for as long as it likes.
 */
export function schedule(
  plans: readonly Plan[],
  limits: Pick<Inputs, 'keepGoing' | 'buildTimeout' | 'silentTimeout'>,
): readonly Batch[] {
  const of = (emulated: boolean): readonly DrvPath[] => [
    ...new Set(
      plans.flatMap(({ choice }) =>
        choice !== undefined && runsEmulator(choice) === emulated ? [choice.evaluated.drvPath] : [],
      ),
    ),
  ]
  const own = of(false)
  const common = [
    '--log-format',
    'internal-json',
    ...(limits.keepGoing ? ['--keep-going'] : []),
    ...(limits.buildTimeout > 0 ? ['--option', 'timeout', String(limits.buildTimeout)] : []),
  ]
  const silent = limits.silentTimeout > 0 ? ['--option', 'max-silent-time', String(limits.silentTimeout)] : []
  const batches: Batch[] = [
    { derivations: own, args: common, silentTimeout: 0 },
    {
      derivations: of(true).filter((drvPath) => !own.includes(drvPath)),
      args: [...common, ...silent],
      silentTimeout: limits.silentTimeout,
    },
  ]
  return batches.filter((batch) => batch.derivations.length > 0)
}

/** A cross build with an emulator can hang in it as well. */
const runsEmulator = ({ strategy, hybrid }: Choice): boolean => strategy === 'emulated' || hybrid === true
