import type { Nix } from '../nix/nix.ts'
import type { DrvPath } from '../nix/store-path.ts'
import type { Runner } from '../runner/ports.ts'
import type { Plan } from '../strategy/types.ts'
import type { FollowedDerivation } from './log/followed.ts'
import type { Followed } from './realise.ts'
import { derivationClosure } from './store.ts'
import type { BuiltDerivation } from './types.ts'

/** The derivations whose builds were begun, each with the targets that need it. */
export async function beganDerivations(
  runner: Runner,
  nix: Nix,
  plans: readonly Plan[],
  { derivations }: Followed,
): Promise<readonly BuiltDerivation[]> {
  if (derivations.size === 0) return []
  const wanted = new Map<string, DrvPath[]>()
  for (const { target, choice } of plans)
    if (choice) wanted.set(target.name, [...(wanted.get(target.name) ?? []), choice.evaluated.drvPath])
  const closures = new Map<string, ReadonlySet<string>>()
  // with one target there is nothing to ask
  if (wanted.size > 1)
    for (const [name, drvPaths] of wanted) closures.set(name, await derivationClosure(runner, nix, drvPaths))
  const names = [...wanted.keys()]
  return inOrder([...derivations.values()], (drvPath) =>
    names.filter((name) => wanted.size === 1 || closures.get(name)?.has(drvPath)),
  )
}

function inOrder(
  followed: readonly FollowedDerivation[],
  targetsOf: (drvPath: string) => readonly string[],
): readonly BuiltDerivation[] {
  const sorted = [...followed].sort((a, b) => a.startedAt - b.startedAt)
  return sorted.map(({ drvPath, name, machine, status, startedAt, seconds }) => ({
    drvPath,
    name,
    machine,
    status: status === 'built' || status === 'stopped' ? status : 'failed',
    start: startedAt / 1000,
    seconds,
    targets: targetsOf(drvPath),
  }))
}
