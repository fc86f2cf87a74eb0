import { type BuildResult, realisedPaths } from '../build/types.ts'
import type { PushReport } from '../push/types.ts'
import type { Choice } from '../strategy/types.ts'
import { code, preformatted, shellWord } from './markdown.ts'
import type { ReportedFlake, RunRecord } from './types.ts'

const MOST_COMMANDS = 20

/** What a consumer of the pushed closures needs: lines for nix.conf, and how each result is asked for. */
export function consumerSection({ pushes, results, flake }: RunRecord): string {
  const lines = nixConf(pushes)
  const commands = crossCommands(results, flake.shared)
  if (lines.length === 0 && commands.length === 0) return ''
  const conf = lines.length === 0 ? [] : ['A machine that uses this cache has in its nix.conf:', preformatted(lines)]
  const cross = commands.length === 0 ? [] : [EXPLANATION, preformatted(commands)]
  return ['### How to use the result', ...conf, ...cross].join('\n\n')
}

const EXPLANATION = `What was cross-compiled has other store paths than ${code('nix build')} on the target itself would ask for. Each of these gets it from a cache that has it; the manifest has all paths.`

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
 * Commands that get exactly what was cross-compiled. It has other store paths than a native build, so that `nix build` of
 * the plain attribute does not find it in the cache; the same attribute does, and the path itself.
 * @returns lines for a shell, comments among them; empty where nothing was cross-compiled
 */
export function crossCommands(results: readonly BuildResult[], reference: string | undefined): readonly string[] {
  const cross = results.filter((result) => result.plan.choice?.strategy === 'cross' && realisedPaths(result).length > 0)
  const commands = cross.slice(0, MOST_COMMANDS).flatMap(({ plan }) => {
    const { choice } = plan
    if (choice === undefined) return []
    const paths = Object.values(choice.evaluated.outputs)
    return [
      `# ${plan.package} for ${plan.target.name}`,
      ...attributeCommand(choice, reference),
      `nix-store --realise ${paths.map(shellWord).join(' ')}`,
    ].map((line) => line.replace(/\s+/g, ' '))
  })
  const more = cross.length - MOST_COMMANDS
  return more > 0 ? [...commands, `# … and ${more} more, in the manifest`] : commands
}

/** By an attribute, where the flake has one for this very derivation. The other methods evaluate what no attribute says. */
function attributeCommand(choice: Choice, reference: string | undefined): readonly string[] {
  const { method, attribute, evaluated } = choice
  if (method === 'nixos') {
    const [configuration] = /^nixosConfigurations\.(?:"[^"]*"|[^.]*)/.exec(attribute) ?? ['the configuration']
    const setting = `nixpkgs.buildPlatform = ${JSON.stringify(evaluated.system)}`
    return [`# with ${setting} among its modules, ${configuration} is this build on every machine`]
  }
  const own = method === 'declared' || method === 'pkgsCross'
  return own && reference !== undefined ? [`nix build ${shellWord(`${reference}#${attribute}`)}`] : []
}

/**
 * A reference by which other machines have the same flake: that of a repository, for a clean checkout of the commit that
 * the workflow runs for.
 * @returns undefined where it is only on this machine
 */
export function sharedReference(
  { url, revision }: Pick<ReportedFlake, 'url' | 'revision'>,
  env: Readonly<Record<string, string | undefined>>,
): string | undefined {
  const { GITHUB_WORKSPACE: workspace, GITHUB_REPOSITORY: repository, GITHUB_SHA: commit } = env
  const [, place] = /^(?:git\+file:\/\/|path:)(\/[^?#]*)/.exec(url) ?? []
  if (place === undefined || workspace === undefined || !`${place}/`.startsWith(`${workspace}/`)) return url
  if (repository === undefined || revision === undefined || revision !== commit) return undefined
  const folder = /[?&](dir=[^&#]+)/.exec(url)?.[1]
  const server = env.GITHUB_SERVER_URL ?? GITHUB
  if (server === GITHUB) return `github:${repository}/${revision}${folder === undefined ? '' : `?${folder}`}`
  return `git+${server}/${repository}?${folder === undefined ? '' : `${folder}&`}rev=${revision}`
}

const GITHUB = 'https://github.com'
