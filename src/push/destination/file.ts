import { randomBytes } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, open, readFile, rename, rm, rmdir, stat, writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { decoded } from '../../nix/store-url.ts'
import { type Content, DestinationError, type Objects, SourceError, writeAll } from './objects.ts'

const CONNECTIONS = 8

/** Folder of a `file://` store URL. */
export const folderOf = (url: string): string =>
  resolve(decoded(url.replace(/^file:\/\//i, '').replace(/[?#].*$/s, '')))

/** Objects in a folder. Each is written beside its place and renamed, so that none is ever half there. */
export function fileObjects(folder: string): Objects {
  const made = new Set<string>()
  const place = (name: string) => join(folder, name)
  return {
    shown: `file://${folder}`,
    connections: CONNECTIONS,
    lookups: CONNECTIONS,
    read: (name) => absentAsUndefined(readFile(place(name)), name),
    size: async (name) => (await absentAsUndefined(stat(place(name)), name))?.size,
    stream: async (name) => createReadStream(place(name)),
    write: async (name, content) => {
      const path = place(name)
      // a dot file: other pushers' listings and `nix-store --gc`-like tools of caches pass over it
      const temporary = join(dirname(path), `.${randomBytes(8).toString('hex')}.tmp`)
      try {
        if (!made.has(dirname(path))) await makeFolders(dirname(path))
        made.add(dirname(path))
        await writeDurably(temporary, content)
        await rename(temporary, path)
      } catch (cause) {
        await rm(temporary, { force: true })
        throw fileError(`writing ${path}`, cause)
      }
    },
    remove: async (name) => {
      await rm(place(name), { force: true })
      return true
    },
    close: () => undefined,
  }
}

async function writeDurably(path: string, content: Content): Promise<void> {
  const file = await open(path, 'wx', 0o644)
  try {
    if (content.kind === 'bytes') await file.writeFile(content.bytes)
    else for await (const chunks of content.file.chunks(0, Number.POSITIVE_INFINITY)) await writeAll(file, chunks)
  } finally {
    await file.close()
  }
}

async function absentAsUndefined<T>(reading: Promise<T>, name: string): Promise<T | undefined> {
  try {
    return await reading
  } catch (cause) {
    if (['ENOENT', 'ENOTDIR'].includes(codeOf(cause))) return undefined
    throw fileError(`reading ${name}`, cause)
  }
}

const MEANINGS: Readonly<Record<string, string>> = {
  ENOENT: 'it cannot be made there',
  EEXIST: 'a file is in its place',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  EACCES: 'this user may not do that there',
  EPERM: 'this user may not do that there',
  EROFS: 'the file system is read-only',
  ENOTDIR: 'a part of the path is not a folder',
}

const codeOf = (cause: unknown): string =>
  cause instanceof Error && 'code' in cause && typeof cause.code === 'string' ? cause.code : ''

function fileError(doing: string, cause: unknown): Error {
  if (cause instanceof DestinationError || cause instanceof SourceError) return cause
  const meaning = MEANINGS[codeOf(cause)] ?? (cause instanceof Error ? cause.message : String(cause))
  return new DestinationError(`${doing}: ${meaning}`, { passing: false })
}

/** Folders down to this one; gives the first that was not there. Node's own loops for ever below /proc (mkdir, recursive). */
async function makeFolders(folder: string): Promise<string | undefined> {
  try {
    await mkdir(folder)
    return folder
  } catch (cause) {
    if (codeOf(cause) === 'EEXIST' && (await stat(folder)).isDirectory()) return undefined
    if (codeOf(cause) !== 'ENOENT' || dirname(folder) === folder) throw cause
  }
  const first = await makeFolders(dirname(folder))
  const here = await mkdir(folder).then(
    () => folder,
    (cause: unknown) => (codeOf(cause) === 'EEXIST' ? undefined : Promise.reject(cause)),
  )
  return first ?? here
}

/** Makes the folder, writes a file, and takes both away again. @throws DestinationError where that cannot be done */
export async function probeFolder(folder: string, name: string): Promise<void> {
  try {
    const first = await makeFolders(folder)
    await writeFile(join(folder, name), '')
    await rm(join(folder, name))
    // folders that were not there before are left for the push to make
    for (let made = folder; first !== undefined && made.length >= first.length; made = dirname(made))
      await rmdir(made).catch(() => undefined) // somebody else uses it already
  } catch (cause) {
    throw fileError(`writing into ${folder}`, cause)
  }
}
