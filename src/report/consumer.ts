import { type BuildResult, realisedPaths } from '../build/types.ts'
import type { PushReport } from '../push/types.ts'
import { checkoutFolder } from './checkout.ts'
import { code, preformatted, shellWord } from './markdown.ts'
import type { RunRecord } from './types.ts'

const MOST_COMMANDS = 20

/** What a consumer of the pushed closures needs: lines for nix.conf, and how each result is asked for. */
export function consumerSection({ pushes, results, flake }: RunRecord): string {
  const lines = nixConf(pushes)
  const done = results.filter((result) => realisedPaths(result).length > 0)
  const cross = done.filter(({ plan }) => plan.choice?.strategy === 'cross')
  if (lines.length === 0 && cross.length === 0) return ''
  const conf = lines.length === 0 ? [] : ['A machine that uses this cache has in its nix.conf:', preformatted(lines)]
  return ['### How to use the result', ...conf, ...crossCommands(cross, flake.url)].join('\n\n')
}

/** The consumer lines of all destinations, values of one setting joined. */
export function nixConf(pushes: readonly PushReport[]): readonly string[] {
  const settings = new Map<string, Set<string>>()
  for (const line of pushes.filter(({ status }) => status === 'ok').flatMap(({ consumerLines }) => consumerLines)) {
    const [, name, values] = /^([\w-]+)\s*=\s*(.*)$/.exec(line) ?? []
    if (name === undefined || values === undefined) continue
    const words = settings.get(name) ?? new Set()
    for (const word of values.split(/\s+/)) words.add(word)
    settings.set(name, words)
  }
  return [...settings].map(([name, words]) => `${name} = ${[...words].join(' ')}`)
}

/**
 * A cross build has other store paths than a native one, so that `nix build` of the plain attribute does not find it
 * in the cache; the same attribute, or the path itself, does.
 */
function crossCommands(cross: readonly BuildResult[], url: string): readonly string[] {
  if (cross.length === 0) return []
  const commands = cross.slice(0, MOST_COMMANDS).flatMap(({ plan }) => {
    const { choice } = plan
    if (choice === undefined) return []
    const paths = Object.values(choice.evaluated.outputs)
    return [
      `# ${plan.package} for ${plan.target.name}`,
      // The other methods evaluate what no attribute of the flake says, and nobody else has a checkout of this machine:
      // only the path names it.
      ...((choice.method === 'declared' || choice.method === 'pkgsCross') && checkoutFolder(url) === undefined
        ? [`nix build ${shellWord(`${url}#${choice.attribute}`)}`]
        : []),
      `nix-store --realise ${paths.map(shellWord).join(' ')}`,
    ].map((line) => line.replace(/\s+/g, ' '))
  })
  const more = cross.length > MOST_COMMANDS ? [`… and ${cross.length - MOST_COMMANDS} more, in the manifest.`] : []
  return [
    `What was cross-compiled has other store paths than ${code('nix build')} on the target itself would ask for. This gets it from the cache:`,
    preformatted(commands),
    ...more,
  ]
}
