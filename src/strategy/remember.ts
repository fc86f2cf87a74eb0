import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Runner } from '../runner/ports.ts'
import { type Memory, NO_MEMORY, parseMemory, printMemory } from './memory.ts'

const LARGEST = 4 * 1024 * 1024

/** In the tool cache, which outlives the jobs of a self-hosted runner; undefined where there is none. */
function fileOf({ facts }: Runner): string | undefined {
  const tools = facts.env.RUNNER_TOOL_CACHE ?? ''
  return tools === '' ? undefined : join(tools, 'nix-multiarch', 'memory.json')
}

/** Reads what earlier jobs of this runner left. Never throws. */
export async function readMemory(runner: Runner): Promise<Memory> {
  const file = fileOf(runner)
  const text = file === undefined ? '' : await readFile(file, 'utf8').catch(() => '')
  return text.length > LARGEST ? NO_MEMORY : parseMemory(text)
}

/** Writes it for later jobs. Never throws: a memory only saves time. */
export async function writeMemory(runner: Runner, memory: Memory): Promise<void> {
  const file = fileOf(runner)
  if (file === undefined) return
  try {
    await runner.files.makeDirectory(join(file, '..'))
    await runner.files.write(file, printMemory(memory))
  } catch (error) {
    runner.log.debug(`What this run has learnt is not kept in ${file}: ${String(error)}`)
  }
}
