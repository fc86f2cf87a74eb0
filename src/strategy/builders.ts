import { readFile } from 'node:fs/promises'
import { parseConfig } from '../nix/json.ts'
import { type Nix, nixCommand } from '../nix/nix.ts'
import type { Runner } from '../runner/ports.ts'

/** A machine that Nix may build on (setting `builders`). */
export interface RemoteBuilder {
  readonly uri: string
  readonly systems: readonly string[]
  /** Features that it has, and those of them that a derivation must ask for. */
  readonly features: readonly string[]
  readonly mandatory: readonly string[]
}

const QUERY_LIMIT_SECONDS = 60

/** The remote builders of this Nix. Never throws: where they cannot be read there are none. */
export async function readBuilders(runner: Runner, nix: Nix): Promise<readonly RemoteBuilder[]> {
  // The name before Nix 2.17; later versions still take it.
  const command = nixCommand(nix, 'nix', ['show-config', '--json'])
  const result = await runner.commands.run(command, { accept: 'any', timeoutSeconds: QUERY_LIMIT_SECONDS })
  if (result.exitCode !== 0) return []
  const setting = parseConfig(result.stdout).get('builders')
  const text = Array.isArray(setting) ? setting.join(' ') : setting
  return typeof text === 'string' ? await expand(text) : []
}

/** `@FILE` names a file with more lines. */
async function expand(text: string): Promise<readonly RemoteBuilder[]> {
  const lines = text.split(/[\n;]/).map((line) => line.replace(/#.*/, '').trim())
  const found = await Promise.all(
    lines.map(async (line) =>
      line.startsWith('@') ? await expand(await readFile(line.slice(1), 'utf8').catch(() => '')) : parseBuilder(line),
    ),
  )
  return found.flat()
}

/**
 * One line: URI, systems, SSH key, jobs, speed, features, mandatory features, host key; `-` is none (Nix manual,
 * remote builds). The URI alone stands for a machine of this system: it adds nothing here.
 */
export function parseBuilder(line: string): readonly RemoteBuilder[] {
  const [uri = '', systems = '-', , , , features = '-', mandatory = '-'] = line.split(/\s+/)
  const words = (text: string): readonly string[] => (text === '-' ? [] : text.split(',').filter((word) => word !== ''))
  if (uri === '' || words(systems).length === 0) return []
  const full = uri.includes('://') || uri.startsWith('/') ? uri : `ssh://${uri}`
  return [
    {
      uri: full.replace(/\?.*/, ''),
      systems: words(systems),
      features: [...words(features), ...words(mandatory)],
      mandatory: words(mandatory),
    },
  ]
}

/** The first builder that takes a derivation of the system. */
export const builderFor = (
  builders: readonly RemoteBuilder[],
  system: string,
  features: readonly string[],
): RemoteBuilder | undefined =>
  builders.find(
    (builder) =>
      builder.systems.includes(system) &&
      features.every((feature) => builder.features.includes(feature)) &&
      builder.mandatory.every((feature) => features.includes(feature)),
  )
