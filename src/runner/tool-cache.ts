import { cacheDir, find } from '@actions/tool-cache'
import type { ToolCache } from './ports.ts'

/** The runner's tool cache. Without RUNNER_TOOL_CACHE nothing is found, and `save` leaves the folder where it is. */
export function createToolCache(): ToolCache {
  const there = (): boolean => Boolean(process.env.RUNNER_TOOL_CACHE)
  return {
    find: (tool, version) => (there() && find(tool, version)) || undefined,
    save: async (folder, tool, version) => (there() ? await cacheDir(folder, tool, version) : folder),
  }
}
