// Plays GitHub's cache service in a machine.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { rigDir } from '../rig/cache.ts'
import type { Machine } from '../rig/machine.ts'

/**
 * Starts the service as the rig plays it; what it keeps is in a folder that may be the host's.
 * @returns what a runner tells of it in a job's environment
 */
export async function startService(machine: Machine, folder = '/srv/cache'): Promise<Record<string, string>> {
  await machine.sh('mkdir -p /run/service', { user: 'root' })
  machine.spawn([machine.node('host'), join(rigDir, 'cache-service.mjs'), folder, '/run/service'], {
    user: 'root',
  })
  const port = machine.path('/run/service/port')
  for (let waited = 0; !existsSync(port); waited += 20) {
    if (waited > 10_000) throw new Error('the cache service did not start')
    await sleep(20)
  }
  return {
    ACTIONS_CACHE_SERVICE_V2: 'true',
    ACTIONS_RESULTS_URL: `http://127.0.0.1:${readFileSync(port, 'utf8')}/`,
    ACTIONS_RUNTIME_TOKEN: 'runtime-token',
  }
}
