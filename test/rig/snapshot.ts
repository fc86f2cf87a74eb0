import { createHash } from 'node:crypto'
import { existsSync, lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'

/** What must be the same before and after work in machines: one line for each thing, so that a difference names it. */
export function hostSnapshot(): string[] {
  return [
    `/nix: ${existsSync('/nix') ? readdirSync('/nix').join(' ') : 'none'}`,
    ...listing('/etc', 8),
    ...listing('/usr/bin', 1),
    ...listing('/opt', 1),
    ...binfmt(),
    // caches of tools and logs change while tests run, whoever runs them
    ...listing(homedir(), 2).filter((line) => !/\/\.(npm|cache|config|local)\b/.test(line)),
    ...readFileSync('/proc/self/mounts', 'utf8').split('\n'),
    ...['kernel/hostname', 'vm/swappiness', 'kernel/randomize_va_space'].map(
      (name) => `${name}: ${read(`/proc/sys/${name}`)}`,
    ),
  ]
}

const read = (file: string): string => (existsSync(file) ? readFileSync(file, 'utf8').trim() : 'none')

/** In a folder below `/proc/sys`, where times mean nothing. */
function binfmt(): string[] {
  const folder = '/proc/sys/fs/binfmt_misc'
  const names = existsSync(folder) ? readdirSync(folder).filter((name) => name !== 'register') : []
  return [`binfmt: ${names.length}`, ...names.map((name) => `binfmt ${name}: ${read(join(folder, name))}`)]
}

/** Names, modes, owners and contents (small files) or times. */
function listing(folder: string, depth: number): string[] {
  if (depth === 0 || !existsSync(folder)) return []
  return readdirSync(folder)
    .sort()
    .flatMap((name) => {
      const path = join(folder, name)
      try {
        const stat = lstatSync(path)
        const what = stat.isSymbolicLink()
          ? readlinkSync(path)
          : stat.isFile() && stat.size < 200_000
            ? createHash('sha256').update(readFileSync(path)).digest('hex').slice(0, 16)
            : stat.isFile()
              ? `${stat.size} ${stat.mtimeMs}`
              : ''
        const line = `${path} ${stat.mode.toString(8)} ${stat.uid}:${stat.gid} ${what}`
        return stat.isDirectory() ? [line, ...listing(path, depth - 1)] : [line]
      } catch {
        return [] // a temporary file of someone else
      }
    })
}
