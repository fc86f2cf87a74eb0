import { randomBytes } from 'node:crypto'
import { chmod, mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Commands, Files } from './ports.ts'

/** Writes as this user, or with sudo where `asRoot` is asked for and this user is not root. */
export function createFiles(commands: Pick<Commands, 'run'>, folder: string, isRoot: boolean): Files {
  const viaSudo = (asRoot: boolean | undefined): boolean => asRoot === true && !isRoot
  const root = (tool: string, ...args: string[]) => commands.run({ tool, args }, { asRoot: true, timeoutSeconds: 600 })
  return {
    write: async (path, content, { mode = 0o644, asRoot } = {}) => {
      const name = `.nix-multiarch-${randomBytes(6).toString('hex')}`
      const draft = join(viaSudo(asRoot) ? folder : dirname(path), name)
      try {
        await writeFile(draft, content, { mode: 0o600, flag: 'wx' })
        await chmod(draft, mode)
        if (!viaSudo(asRoot)) return await rename(draft, path)
        const beside = join(dirname(path), name)
        await root('install', '-m', mode.toString(8), '--', draft, beside)
        await root('mv', '-fT', '--', beside, path)
      } finally {
        await rm(draft, { force: true })
      }
    },
    writeKernel: async (path, content) => {
      if (isRoot) await writeFile(path, content, { flag: 'w' })
      else await commands.run({ tool: 'tee', args: [path], input: content }, { asRoot: true, timeoutSeconds: 60 })
    },
    makeDirectory: async (path, { mode = 0o755, asRoot } = {}) => {
      if (viaSudo(asRoot)) await root('mkdir', '-p', '-m', mode.toString(8), '--', path)
      else await mkdir(path, { recursive: true, mode })
    },
    remove: async (path, { asRoot } = {}) => {
      if (viaSudo(asRoot)) await root('rm', '-rf', '--', path)
      else await removeTree(path, commands)
    },
  }
}

/** Store folders are read-only, and an archive may have any mode: who is not root has to make them writable first. */
async function removeTree(path: string, commands: Pick<Commands, 'run'>): Promise<void> {
  try {
    await rm(path, { recursive: true, force: true, maxRetries: 3 })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EACCES') throw error
    await commands.run({ tool: 'chmod', args: ['-R', 'u+rwX', '--', path] }, { timeoutSeconds: 600 })
    await rm(path, { recursive: true, force: true, maxRetries: 3 })
  }
}
