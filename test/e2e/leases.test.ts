// Several jobs on one self-hosted machine: each relies on what another has installed, and the last one out undoes it.
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { machineUsable } from '../rig/available.ts'
import { cacheDir, rig } from '../rig/cache.ts'
import { Machine } from '../rig/machine.ts'
import { Runner } from '../rig/runner.ts'
import { binfmtEntries, repository } from './support.ts'

const installing = {
  'nix-source': rig.tarball('2.34.8'),
  'nix-sha256': machineUsable() ? rig.tarballSha256('2.34.8') : '',
  'extra-nix-config': 'substituters =',
}
const emulating = {
  targets: 'aarch64-linux=emulated',
  'qemu-source': rig.qemu,
  packages: 'hello',
  'extra-nix-config': 'substituters =',
}
const BUILD = `/nix/var/nix/profiles/default/bin/nix-build --no-out-link -E 'derivation { name = "later"; system = "x86_64-linux";
  builder = "/bin/sh"; args = [ "-c" "echo ok > $out" ]; }'`

let machine: Machine
beforeEach(async () => {
  const outside = cacheDir.startsWith(repository) ? [] : [{ source: cacheDir }]
  machine = await Machine.start({ user: 'runner', binds: [{ source: repository }, ...outside] })
})
afterEach(() => machine?.stop())

const agent = (name: string): Runner => {
  const runner = new Runner({ machine, root: `${machine.home}/${name}`, env: { RUNNER_NAME: name } })
  runner.checkout(join(repository, 'examples/hello'))
  return runner
}
const finish = async (runner: Runner): Promise<void> => {
  const { post, leftovers } = await runner.finish()
  expect({ ok: post.map(({ ok }) => ok), leftovers }, runner.log).toEqual({ ok: [true], leftovers: [] })
}
const state = async () => ({
  nix: await machine.sh('ls -d /nix /var/tmp/nix-multiarch /etc/profile.d/nix-multiarch.sh 2>/dev/null || true'),
  users: await machine.sh('grep -c ^nixbld /etc/passwd || true'),
  daemons: machine.processes().filter(({ commandLine }) => commandLine.includes('nix-daemon')).length,
  emulators: await binfmtEntries(machine),
})
const nothing = { nix: '', users: '0\n', daemons: 0, emulators: [] }

const test = it.skipIf(!machineUsable())

test.each(['first', 'second'] as const)('two jobs at once, both install; the %s ends first', async (order) => {
  const [one, two] = [agent('one'), agent('two')]
  const steps = await Promise.all([one.step(repository, installing), two.step(repository, installing)])
  expect(
    steps.map(({ ok }) => ok),
    one.log + two.log,
  ).toEqual([true, true])
  const [leaving, staying] = order === 'first' ? [one, two] : [two, one]
  await finish(leaving)
  expect(await state()).toMatchObject({ nix: expect.stringContaining('/nix\n'), users: '8\n' })
  const later = await staying.run(BUILD)
  expect(later.ok, staying.log).toBe(true)
  await finish(staying)
  expect(await state()).toEqual(nothing)
})

test('the second finds the first one’s Nix and emulator, and goes on with both when the first has ended', async () => {
  const [one, two] = [agent('one'), agent('two')]
  const first = await one.step(repository, { ...emulating, ...installing })
  expect(first.ok, one.log).toBe(true)
  const second = await two.step(repository, emulating)
  expect(second.ok, two.log).toBe(true)
  expect(second.outputs).toMatchObject({ 'nix-installed': 'false' })
  await finish(one)
  expect(one.log).toContain('1 other job(s) of this machine still run')
  expect(await state()).toMatchObject({ users: '8\n', daemons: expect.any(Number) })
  expect(await binfmtEntries(machine)).not.toEqual([])
  expect((await two.run(BUILD)).ok, two.log).toBe(true)
  await finish(two)
  expect(await state()).toEqual(nothing)
})

test('what a killed job left is taken over by the next', async () => {
  const killed = agent('one')
  const step = killed.step(repository, installing)
  await machine.sh('until [ -S /nix/var/nix/daemon-socket/socket ]; do sleep 0.02; done')
  killed.kill()
  await step
  // as the runner does before its next job; no post has run
  rmSync(machine.path(killed.dirs.temp), { recursive: true })
  const next = agent('two')
  const { ok, outputs } = await next.step(repository, { 'extra-nix-config': 'substituters =' })
  expect(ok, next.log).toBe(true)
  expect(outputs).toMatchObject({ 'nix-installed': 'false' })
  await finish(next)
  expect(await state()).toEqual(nothing)
})

test('a job that follows one whose post is killed while it removes a large store finds none, and installs', async () => {
  const one = agent('one')
  expect((await one.step(repository, installing)).ok, one.log).toBe(true)
  const name = '0'.repeat(32)
  await machine.sh(
    `mkdir /nix/store/${name}-x; cd /nix/store/${name}-x; for d in $(seq 200); do mkdir $d; (cd $d; touch $(seq 1000)); done`,
    { user: 'root' },
  )
  const ending = one.finish()
  await machine.sh('until pgrep -f "^rm -rf -- /ni[x]" > /dev/null; do sleep 0.01; done')
  one.kill()
  expect((await ending).post[0]?.signal).toBe('SIGKILL')
  rmSync(machine.path(one.dirs.temp), { recursive: true })
  const two = agent('two')
  const { ok, outputs } = await two.step(repository, installing)
  expect(ok, two.log).toBe(true)
  expect(outputs).toMatchObject({ 'nix-installed': 'true' })
  await finish(two)
  expect(await state()).toEqual(nothing)
  expect(await machine.sh('ls -d /nix* 2>/dev/null || true')).toBe('')
})

test('deeds that another user wrote down are not done', async () => {
  await machine.sh(
    `mkdir -m 1777 /var/tmp/nix-multiarch; touch /home/keep
     echo '{"kind":"remove","path":"/home/keep","root":true,"shared":true}' > /var/tmp/nix-multiarch/handed-over-evil
     chown nobody /var/tmp/nix-multiarch/handed-over-evil`,
    { user: 'root' },
  )
  const runner = agent('one')
  const { ok } = await runner.step(repository, installing)
  expect(ok, runner.log).toBe(true)
  await finish(runner)
  await machine.sh('test -e /home/keep')
})

test("a user who cannot be root leaves what root's jobs left to others", async () => {
  await machine.sh(
    `mkdir -m 1777 /var/tmp/nix-multiarch; rm /usr/bin/sudo
     echo '{"folder":"/gone","pid":2,"startTime":"1"}' > /var/tmp/nix-multiarch/nix-multiarch-dead`,
    { user: 'root' },
  )
  const runner = agent('one')
  const { ok } = await runner.step(repository, installing)
  expect(ok).toBe(false)
  await finish(runner)
  expect(await machine.sh('ls /var/tmp/nix-multiarch')).toBe('nix-multiarch-dead\n')
})
