import { existsSync, realpathSync } from 'node:fs'
import { dirname } from 'node:path'
import { atLeast, type NixVersion, OLDEST_NIX, parseNixVersion } from '../nix/version.ts'
import { UserError } from '../runner/errors.ts'
import type { Runner } from '../runner/ports.ts'
import type { EffectiveSettings } from './conf.ts'
import { homeOfNix } from './home.ts'

/** A Nix on this machine that is new enough. */
export interface FoundNix {
  /** Folder of `nix`, `nix-store`, … */
  readonly bin: string
  readonly version: NixVersion
  readonly onPath: boolean
  /** Its settings where no file says anything, if they are known already. */
  readonly defaults?: EffectiveSettings | undefined
}

/** What one candidate printed. */
export interface Candidate {
  readonly path: string
  readonly printed: string
}

/** Takes the first candidate that is new enough; the sentences say why others are not. */
export function chooseCandidate(candidates: readonly Candidate[]): {
  readonly chosen: { readonly path: string; readonly version: NixVersion } | undefined
  readonly refused: readonly string[]
} {
  const refused: string[] = []
  for (const { path, printed } of candidates) {
    const version = parseNixVersion(printed)
    if (version !== undefined && atLeast(version, OLDEST_NIX)) return { chosen: { path, version }, refused }
    const text = JSON.stringify(printed.trim().slice(0, 200))
    refused.push(
      version === undefined
        ? `${path} --version printed ${text}, which is no Nix version`
        : `${path} is Nix ${version.text}, older than ${OLDEST_NIX}, the oldest that works`,
    )
  }
  return { chosen: undefined, refused }
}

/** What keeps a Nix from starting that has been set up wrongly: another one would read the same files. */
export function settingsProblem(candidates: readonly Candidate[]): string | undefined {
  const pattern = /error: (.*(?:configuration line|included from|setting '[^']*' has invalid value).*)/
  return candidates.map(({ printed }) => pattern.exec(printed)?.[1]).find((problem) => problem !== undefined)
}

/** The settings of the Nix that is there are wrong, which no other source of Nix would mend. */
export class SettingsError extends UserError {}

const places = (home: string): readonly string[] => [
  '/nix/var/nix/profiles/default/bin',
  `${home}/.nix-profile/bin`,
  `${home}/.local/state/nix/profile/bin`,
  '/run/current-system/sw/bin',
  '/usr/bin',
]

/**
 * Looks for a Nix on PATH and at the known places. Only `nix --version` is run: the older tools open the store, and
 * `nix-store --version` by root even makes /nix.
 */
export async function findNix(runner: Runner): Promise<{ found: FoundNix | undefined; why: string }> {
  const home = homeOfNix(runner.facts)
  const onPath = runner.commands.find('nix')
  const paths = [onPath, ...places(home).map((folder) => `${folder}/nix`)]
  const there = [...new Set(paths.filter((path) => path !== undefined && existsSync(path)))] as string[]
  const candidates: Candidate[] = []
  for (const path of there) {
    const result = await runner.commands.run({ tool: path, args: ['--version'] }, { accept: 'any', timeoutSeconds: 60 })
    candidates.push({ path, printed: result.exitCode === 0 ? result.stdout : result.stderr || result.stdout })
  }
  const { chosen, refused } = chooseCandidate(candidates)
  if (chosen !== undefined) {
    return { found: { bin: toolFolder(chosen.path), version: chosen.version, onPath: chosen.path === onPath }, why: '' }
  }
  const problem = settingsProblem(candidates)
  if (problem !== undefined)
    throw new SettingsError(
      `Nix cannot read its settings: ${problem}.\nCorrect NIX_CONFIG, or nix.conf on this machine: any Nix reads these.`,
    )
  const looked = `no Nix is there (looked on PATH, in ${places(home).join(', ')})`
  return { found: undefined, why: refused.length === 0 ? looked : refused.join('; ') }
}

/** The folder that also holds nix-store: that of a link's target where somebody linked only `nix`. */
function toolFolder(path: string): string {
  return existsSync(`${dirname(path)}/nix-store`) ? dirname(path) : dirname(realpathSync(path))
}
