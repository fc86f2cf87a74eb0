import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { ToolCache } from './ports.ts'

/** The toolkit comes with an HTTP client of a megabyte: read only by a run that has something to keep. */
const toolkit = () => import('@actions/tool-cache')

/**
 * The runner's tool cache. Without RUNNER_TOOL_CACHE nothing is found, and `save` leaves the folder where it is.
 * @param allowCommands called before the toolkit prints workflow commands of its own (`::debug::`)
 */
export function createToolCache(allowCommands: () => void): ToolCache {
  const root = (): string => process.env.RUNNER_TOOL_CACHE ?? ''
  return {
    find: async (tool, version) => {
      if (root() === '' || !existsSync(join(root(), tool))) return undefined
      const usual = join(root(), tool, version, process.arch)
      if (existsSync(usual) && existsSync(`${usual}.complete`)) return usual
      const { find } = await toolkit()
      allowCommands()
      return find(tool, version) || undefined
    },
    save: async (folder, tool, version) => {
      if (root() === '') return folder
      const { cacheDir } = await toolkit()
      allowCommands()
      return await cacheDir(folder, tool, version)
    },
  }
}
