import { lstatSync, readdirSync, readFileSync, realpathSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'
import type { HashMismatch } from '../build/types.ts'
import { type CheckedOut, type Place, placesOfHash } from './hash-place.ts'

const MOST_FILES = 5000
const LARGEST_FILE = 1024 * 1024
/** What Nix reads, and what is made to hold nothing but a hash (`go.mod.sri`, `vendor-hash.txt`). */
const READ = /\.(?:nix|json|lock|toml|ya?ml|sri|sha256|sha512|hash|txt)$/
const SKIPPED = new Set(['.git', 'node_modules', 'target', 'dist'])

/** The files that a failure may be about. Paths are given from the root of the workspace, as GitHub shows them. */
export interface Checkout {
  /** Where a hash that proved wrong is written down. */
  placesOf(mismatch: HashMismatch): readonly Place[]
  /** The place that an error of evaluation names, where the checkout has it; another flake's file is not there. */
  placeIn(error: string): Place | undefined
}

/** Of a flake that is not on this machine. */
export const NO_CHECKOUT: Checkout = { placesOf: () => [], placeIn: () => undefined }

/** @param url as `nix flake metadata` gives it @param workspace folder of the job's checkouts */
export function openCheckout(url: string, workspace: string): Checkout {
  const folder = checkoutFolder(url)
  if (folder === undefined) return NO_CHECKOUT
  return {
    placesOf: ({ name, wanted }) => placesOfHash(checkedOutFiles(folder, workspace), wanted, name),
    placeIn: (error) => {
      // as explain.ts writes places; of a Git checkout the newer Nix names the file itself, not its copy in the store
      for (const [, named = '', number] of error.matchAll(/ \(([^()\n]+):(\d+):\d+\)/g)) {
        const path = resolve(folder, named)
        const file = fromWorkspace(path, workspace)
        const lines = file === undefined ? 0 : (textOf(path)?.split('\n').length ?? 0)
        if (file !== undefined && Number(number) <= lines) return { file, line: Number(number) }
      }
      return undefined
    },
  }
}

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
function* checkedOutFiles(folder: string, workspace: string): Generator<CheckedOut> {
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
    return path === '..' || path.startsWith('../') ? undefined : path
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
