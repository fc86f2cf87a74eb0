import { spawn } from 'node:child_process'
import { expect, it, vi } from 'vitest'
import { groupsBelow } from '../../../src/runner/processes.ts'

it('finds the groups of what a process has started, and of what that has', async () => {
  const child = spawn('sh', ['-c', "setsid sh -c 'setsid sleep 30 & wait' & wait"], { detached: true, stdio: 'ignore' })
  const pid = child.pid ?? 0
  try {
    await vi.waitUntil(() => groupsBelow(pid).length === 2)
    expect(groupsBelow(pid)).not.toContain(pid)
  } finally {
    for (const group of [pid, ...groupsBelow(pid)]) process.kill(-group, 'SIGKILL')
  }
})
