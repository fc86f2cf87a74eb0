import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Runner } from '../runner/ports.ts'
import { type Memory, mergeMemories, NO_MEMORY, parseMemory, printMemory } from './memory.ts'

/** Name of the file, in the folder of the Actions cache and in the tool cache of a self-hosted runner. */
const FILE = 'nix-multiarch-memory.json'
const LARGEST = 4 * 1024 * 1024

/** Reads what earlier runs left in these folders. Never throws. */
export async function readMemory(folders: readonly string[]): Promise<Memory> {
  const found = await Promise.all(
    folders.map(async (folder) => {
      const text = await readFile(join(folder, FILE), 'utf8').catch(() => '')
      return text.length > LARGEST ? NO_MEMORY : parseMemory(text)
    }),
  )
  return found.reduce(mergeMemories, NO_MEMORY)
}

/** Writes it for later runs. Never throws: a memory only saves time. */
export async function writeMemory(runner: Runner, folders: readonly string[], memory: Memory): Promise<void> {
  for (const folder of folders) {
    try {
      await runner.files.makeDirectory(folder)
      await runner.files.write(join(folder, FILE), printMemory(memory))
    } catch (error) {
      runner.log.debug(`What this run has learnt is not kept in ${folder}: ${String(error)}`)
    }
  }
}
