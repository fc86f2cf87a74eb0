import { readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { Inputs } from '../inputs/inputs.ts'
import type { Runner } from '../runner/ports.ts'
import { member } from './decide.ts'
import type { KeyFacts } from './keys.ts'

/** What the job builds, as the workflow says it. */
export type Wanted = Pick<Inputs, 'flake' | 'targets' | 'packages' | 'crossAttribute' | 'prefer'>

/** Payload of the event that started the job; undefined where it cannot be read. */
export async function readEvent(runner: Runner): Promise<unknown> {
  const text = await textOf(runner.facts.env.GITHUB_EVENT_PATH)
  try {
    return text === undefined ? undefined : JSON.parse(text)
  } catch {
    return undefined
  }
}

/** @param event payload of the event @param system the system that builds */
export async function gatherKeyFacts(
  runner: Runner,
  inputs: Wanted,
  system: string,
  event: unknown,
): Promise<KeyFacts> {
  const { env, workspace } = runner.facts
  const branch = member(member(event, 'repository'), 'default_branch')
  const folder = flakeFolder(inputs.flake)
  return {
    system,
    targets: inputs.targets,
    what: [inputs.flake, ...[...inputs.packages].sort(), inputs.crossAttribute ?? '', inputs.prefer],
    ref: env.GITHUB_REF ?? '',
    base: env.GITHUB_BASE_REF || undefined,
    defaultBranch: typeof branch === 'string' ? branch : undefined,
    lock: folder === undefined ? undefined : await textOf(join(resolve(workspace, folder), 'flake.lock')),
  }
}

/** Folder of a flake reference that is a path; undefined for others: what they lock is not known before evaluation. */
export function flakeFolder(reference: string): string | undefined {
  const [, path, dir = ''] = /^(?:path:)?(\.?\.?(?:\/[^?#]*)?)(?:\?(?:[^#]*&)?dir=([^#&]*))?/.exec(reference) ?? []
  return path === undefined || path === '' ? undefined : join(path, dir)
}

async function textOf(path: string | undefined): Promise<string | undefined> {
  try {
    return path === undefined ? undefined : await readFile(path, 'utf8')
  } catch {
    return undefined
  }
}
