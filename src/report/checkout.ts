import { lstatSync, readdirSync, readFileSync, realpathSync } from 'node:fs'
import { join, relative } from 'node:path'
import type { CheckedOut } from './hash-place.ts'

const MOST_FILES = 5000
const LARGEST_FILE = 1024 * 1024
const READ = /\.(?:nix|json|lock|toml|ya?ml)$/
const SKIPPED = new Set(['.git', 'node_modules', 'target', 'dist'])

/**
 * The folder of a flake that is a checkout on this machine; undefined for any other.
 * @param url as `nix flake metadata` gives it
 */
export function checkoutFolder(url: string): string | undefined {
  const path = /^(?:git\+file:\/\/|path:|file:\/\/)?(\/[^?#]*)/.exec(url)?.[1]
  return path === undefined || path.startsWith('/nix/store/') ? undefined : decodeURIComponent(path)
}

/**
 * The files of a checkout that may hold hashes, a bounded number, those near its root first. What cannot be read is
 * left out: nothing depends on it.
 * @param workspace paths are given from here @returns nothing where the folder is outside of it
 */
export function* checkedOutFiles(folder: string, workspace: string): Generator<CheckedOut> {
  const inside = fromWorkspace(folder, workspace)
  if (inside === undefined) return
  let left = MOST_FILES
  for (const path of filesBelow(folder)) {
    if (left-- === 0) return
    const text = textOf(path)
    if (text !== undefined) yield { path: join(inside, relative(folder, path)), text }
  }
}

function* filesBelow(root: string): Generator<string> {
  const folders = [root]
  for (let folder = folders.shift(); folder !== undefined; folder = folders.shift()) {
    for (const entry of entriesOf(folder)) {
      if (entry.isFile() && READ.test(entry.name)) yield join(folder, entry.name)
      if (entry.isDirectory() && !SKIPPED.has(entry.name)) folders.push(join(folder, entry.name))
    }
  }
}

function fromWorkspace(folder: string, workspace: string): string | undefined {
  try {
    const path = relative(realpathSync(workspace), realpathSync(folder))
    return path.startsWith('..') ? undefined : path
  } catch {
    return undefined
  }
}

function entriesOf(folder: string) {
  try {
    return readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))
  } catch {
    return []
  }
}

function textOf(path: string): string | undefined {
  try {
    return lstatSync(path).size > LARGEST_FILE ? undefined : readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}
