import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { parseStorePath } from '../nix/store-path.ts'
import type { System } from '../nix/system.ts'
import type { Question } from './answers.ts'

/** A tree of links that stands in for a nixpkgs, asked for by the views (strategy/cross/stand-ins.nix). */
export interface StandIn {
  readonly name: string
  /** Store path of the nixpkgs, which may lie deeper. */
  readonly real: string
  readonly guise: string
  /** Name of the target. */
  readonly target: string
  /** What is linked, by paths within the nixpkgs. */
  readonly entries: readonly string[]
}

/** The stand-in that an evaluation asked for in its error, if it did. */
export function wantedStandIn(stderr: string): StandIn | undefined {
  const json = /nix-multiarch wants a stand-in: (\{.*\})/.exec(stderr)?.[1]
  if (json === undefined) return undefined
  const wanted = JSON.parse(json) as StandIn
  parseStorePath(wanted.real.split('/').slice(0, 4).join('/'))
  const names = [wanted.name, ...wanted.entries.flatMap((entry) => entry.split('/'))]
  const plainNames = names.every((name) => /^[^/\0]+$/.test(name) && name !== '.' && name !== '..')
  return plainNames ? wanted : undefined
}

/** Files by which a nixpkgs is imported, and what the stand-in has there. */
const entrances: Readonly<Record<string, string>> = {
  'pkgs/top-level/default.nix': 'import ../..\n',
  'pkgs/top-level/impure.nix': 'import ../..\n',
}

/**
 * Makes the tree: links to the real entries, with a default.nix that cross-compiles. It is made beside the views and
 * moved in whole, for another evaluation may be reading them.
 * @param views folder of the views
 */
export function makeStandIn(
  views: string,
  wanted: StandIn,
  build: System,
  questions: readonly Pick<Question, 'platform'>[],
): void {
  const tree = join(views, 'trees', wanted.name)
  if (existsSync(tree)) return
  const draft = mkdtempSync(`${views}-tree-`)
  const own = join(draft, 'nix-multiarch')
  mkdirSync(own, { recursive: true })
  for (const file of readdirSync(views).filter((name) => name.endsWith('.nix')))
    cpSync(join(views, file), join(own, file))
  cpSync(join(views, 'stand-in.nix'), join(draft, 'default.nix'))
  const target = questions.find(({ platform }) => platform.name === wanted.target)?.platform
  writeFileSync(join(own, 'settings.json'), JSON.stringify({ real: wanted.real, build, target, guise: wanted.guise }))
  for (const entry of wanted.entries.filter((path) => path !== 'default.nix')) {
    const path = join(draft, entry)
    const entrance = entrances[entry]
    mkdirSync(dirname(path), { recursive: true })
    if (entrance === undefined) symlinkSync(join(wanted.real, entry), path)
    else writeFileSync(path, entrance)
  }
  chmodSync(draft, 0o755)
  moveInto(draft, tree)
}

/** Another evaluation of this run may have made the same tree meanwhile. */
function moveInto(draft: string, tree: string): void {
  try {
    renameSync(draft, tree)
  } catch (error) {
    rmSync(draft, { recursive: true })
    if (!existsSync(tree)) throw error
  }
}
