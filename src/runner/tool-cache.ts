import { cacheDir, find } from '@actions/tool-cache'
import type { ToolCache } from './ports.ts'

/**
 * The runner's tool cache. Without RUNNER_TOOL_CACHE nothing is found, and `save` leaves the folder where it is.
 * @param allowCommands called before the toolkit prints workflow commands of its own (`::debug::`)
 */
export function createToolCache(allowCommands: () => void): ToolCache {
  const there = (): boolean => Boolean(process.env.RUNNER_TOOL_CACHE)
  return {
    find: (tool, version) => {
      if (!there()) return undefined
      allowCommands()
      return find(tool, version) || undefined
    },
    save: async (folder, tool, version) => {
      if (!there()) return folder
      allowCommands()
      return await cacheDir(folder, tool, version)
    },
  }
}
