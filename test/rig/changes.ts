import { lstatSync, readdirSync, type Stats } from 'node:fs'
import { join } from 'node:path'

/** One difference between the machine's root and the host's. */
export interface Change {
  /** Absolute path in the machine. */
  path: string
  kind: 'file' | 'folder' | 'link' | 'deleted' | 'other'
}

const folder = 'folder'

/** Overlayfs marks a deleted file by a character device 0/0 (kernel: Documentation/filesystems/overlayfs.rst). */
function kindOf(stat: Stats): Change['kind'] {
  if (stat.isDirectory()) return folder
  if (stat.isFile()) return 'file'
  if (stat.isSymbolicLink()) return 'link'
  return stat.isCharacterDevice() && stat.rdev === 0 ? 'deleted' : 'other'
}

function walk(root: string, visit: (path: string, stat: Stats) => void, below = '/'): void {
  for (const name of readdirSync(join(root, below)).sort()) {
    const path = join(below, name)
    const stat = lstatSync(join(root, path))
    visit(path, stat)
    if (stat.isDirectory()) walk(root, visit, path)
  }
}

/** For a folder its own change is not told from its files': only mode and owner count. */
function fingerprint(stat: Stats): string {
  const kind = kindOf(stat)
  const always = [kind, stat.mode, stat.uid, stat.gid]
  return (kind === folder ? always : [...always, stat.ino, stat.size, stat.mtimeMs]).join(' ')
}

/** Path to fingerprint of everything in a copy-on-write layer. */
export function listFiles(root: string): Map<string, string> {
  const found = new Map<string, string>()
  walk(root, (path, stat) => found.set(path, fingerprint(stat)))
  return found
}

export function changedSince(before: ReadonlyMap<string, string>, root: string): Change[] {
  const changes: Change[] = []
  const seen = new Set<string>()
  walk(root, (path, stat) => {
    seen.add(path)
    if (before.get(path) !== fingerprint(stat)) changes.push({ path, kind: kindOf(stat) })
  })
  // what the rig itself had put there and is gone without a trace
  for (const path of before.keys()) if (!seen.has(path)) changes.push({ path, kind: 'deleted' })
  return changes.sort((a, b) => (a.path < b.path ? -1 : 1))
}
