import { constants } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import type { Runner } from '../runner/ports.ts'
import { type Unpacked, unpackTarball } from './unpack.ts'

const TOOL = 'nix-release'
const FILE = 'nix.tar'

/** Of the tarball that it was made of: what is in the tool cache is found by what was asked for. */
const versionOf = (sha256: string): string => `0.0.0-sha256.x${sha256.slice(0, 32)}`

/**
 * Unpacks what an earlier job of this machine kept of a tarball: neither a download nor xz is needed.
 * @returns undefined where there is nothing, or nothing that serves
 */
export async function unpackKept(runner: Runner, sha256: string, asRoot: boolean): Promise<Unpacked | undefined> {
  const folder = runner.tools.find(TOOL, versionOf(sha256))
  const file = folder === undefined ? undefined : await openTrusted(`${folder}/${FILE}`, asRoot ? 0 : runner.facts.uid)
  if (file === undefined) return undefined
  try {
    const bytes = file.createReadStream({ highWaterMark: 1024 * 1024, autoClose: false })
    return await unpackTarball(runner, `${folder}/${FILE}`, bytes, asRoot)
  } catch (error) {
    runner.log.info(
      `what the tool cache kept does not serve: ${error instanceof Error ? error.message : String(error)}`,
    )
    return undefined
  } finally {
    await file.close()
  }
}

/**
 * Any job of this runner can write to its tool cache, and no hash of this form is known: it is taken only where whom
 * it will work for has written it. A job without root cannot leave a file that root owns; one with root could do
 * anything else.
 */
async function openTrusted(path: string, owner: number): Promise<FileHandle | undefined> {
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW).catch(() => undefined)
  const stat = await file?.stat()
  if (stat?.isFile() && stat.uid === owner && stat.nlink === 1 && (stat.mode & 0o022) === 0) return file
  await file?.close()
  return undefined
}

/**
 * Keeps an unpacked tarball for later jobs of this machine, quickly packed: zstd, whose checksum tells a damaged file,
 * where the machine has it. A hosted runner is thrown away, so nothing is kept there. Never throws: a tool cache that
 * cannot be written costs time in the next job, nothing in this one.
 */
export async function keepUnpacked(runner: Runner, sha256: string, unpacked: Unpacked, asRoot: boolean): Promise<void> {
  if (runner.facts.env.RUNNER_ENVIRONMENT === 'github-hosted' || !runner.facts.env.RUNNER_TOOL_CACHE) return
  const empty = `${runner.facts.folder}/kept`
  try {
    await runner.files.makeDirectory(empty)
    const place = `${await runner.tools.save(empty, TOOL, versionOf(sha256))}/${FILE}`
    const draft = `${place}.new`
    const pack = runner.commands.find('zstd') === undefined ? [] : ['-I', 'zstd -1 -T0']
    for (const [tool, ...args] of [
      ['tar', '-c', ...pack, '-f', draft, '-C', unpacked.staging, unpacked.top],
      ['chmod', '644', '--', draft],
      ['mv', '-fT', '--', draft, place],
    ] as const)
      await runner.commands.run({ tool, args }, { asRoot, timeoutSeconds: 300 })
  } catch (error) {
    runner.log.debug(`nothing is kept in the tool cache: ${String(error)}`)
  }
}
