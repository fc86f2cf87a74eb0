import { readFile } from 'node:fs/promises'

/** A machine that Nix may build on (setting `builders`). */
export interface RemoteBuilder {
  readonly uri: string
  readonly systems: readonly string[]
  /** Features that it has, and those of them that a derivation must ask for. */
  readonly features: readonly string[]
  readonly mandatory: readonly string[]
}

/**
 * The remote builders that a Nix may use. Never throws: where they cannot be read there are none.
 * @param setting `builders`: lines of builders; `@FILE` names a file with more
 */
export async function readBuilders(setting: string): Promise<readonly RemoteBuilder[]> {
  const lines = setting.split(/[\n;]/).map((line) => line.replace(/#.*/, '').trim())
  const found = await Promise.all(
    lines.map(async (line) =>
      line.startsWith('@')
        ? await readBuilders(await readFile(line.slice(1), 'utf8').catch(() => ''))
        : parseBuilder(line),
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
