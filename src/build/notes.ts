import type { Nix } from '../nix/nix.ts'
import { type StorePath, storeName } from '../nix/store-path.ts'
import type { Runner } from '../runner/ports.ts'
import type { ForeignRun } from './log/foreign-run.ts'
import type { Followed } from './realise.ts'
import { derivationClosure } from './store.ts'
import type { BuildResult } from './types.ts'

/**
 * Adds a note to each package that was built by way of a derivation that could not execute a program. Nothing failed, but
 * what the program should have given is missing from the result. A native build has no such programs but its own tests'.
 */
export async function noteForeignRuns(
  runner: Runner,
  nix: Nix,
  results: readonly BuildResult[],
  { foreignRuns, derivations }: Pick<Followed, 'foreignRuns' | 'derivations'>,
): Promise<readonly BuildResult[]> {
  const silent = [...foreignRuns].filter(([drvPath]) => derivations.get(drvPath)?.status === 'built')
  if (silent.length === 0) return results
  return await Promise.all(
    results.map(async (result) => {
      const { choice } = result.plan
      if (choice === undefined || choice.strategy === 'native') return result
      const closure = await derivationClosure(runner, nix, [choice.evaluated.drvPath])
      const notes = silent.filter(([drvPath]) => closure.has(drvPath)).map(describe)
      return notes.length === 0 ? result : { ...result, notes: [...(result.notes ?? []), ...notes] }
    }),
  )
}

function describe([drvPath, runs]: readonly [string, readonly ForeignRun[]]): string {
  const programs = [...new Set(runs.flatMap(({ program }) => (program === '' ? [] : [program])))].join(' and ')
  const what = `The build of ${storeName(drvPath as StorePath)} could not execute ${programs || 'a program'} and went on`
  const advice =
    'What the program should have given may be missing: look at the result, take the tool from the build platform, or use =emulated.'
  return [`${what}, as its log says:`, ...runs.map(({ line }) => `  ${line}`), advice].join('\n')
}
