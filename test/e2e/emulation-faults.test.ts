// The emulation room where something is in its way: other entries, missing rights, files that are no emulators.
import { describe, expect, it } from 'vitest'
import { machineUsable } from '../rig/available.ts'
import { rig } from '../rig/cache.ts'
import { folder, reasonOf, statuses, table, useStage } from './emulation-stage.ts'

describe.skipIf(!machineUsable())('emulation, with obstacles', () => {
  const { machine, start, drive, post, entries, entry, registerByHand, runBusybox } = useStage()

  it.each([
    ['a missing interpreter', '/nowhere/qemu-aarch64', '', /its interpreter \/nowhere\/qemu-aarch64 does not exist/],
    ['no flag F', 'QEMU', 'P', /lacks flag F/],
    ['a wrong emulator', 'OTHER', 'F', /did not run our test programs/],
  ])(
    'wins over an entry with %s, under another name or a usual one, and leaves it as it was',
    async (_, path, flags, why) => {
      await start()
      await machine().sh(`cp ${rig.qemu}/qemu-aarch64* /var/tmp/QEMU; cp ${rig.qemu}/qemu-riscv64* /var/tmp/OTHER`)
      await registerByHand('shadow', 'aarch64', path.startsWith('/') ? path : `/var/tmp/${path}`, flags)
      const before = await entry('shadow')
      const answer = await drive({ verb: 'ensure', systems: ['aarch64-linux', 'riscv64-linux'], source: folder })
      expect(statuses(answer)).toEqual({ 'aarch64-linux': 'replaced', 'riscv64-linux': 'registered' })
      expect(reasonOf(answer)).toMatch(why)
      expect(await runBusybox('arm64')).toBe('aarch64\n')
      await post(answer)
      expect(await entries()).toEqual(['shadow'])
      expect(await entry('shadow')).toBe(before)
    },
  )

  it('replaces its own entry that a killed job left broken, and takes it out in post', async () => {
    await start()
    const killed = await drive({ verb: 'ensure', systems: ['aarch64-linux'], source: folder })
    const [name = ''] = await entries()
    await machine().sh(`echo -1 > ${table}/${name}`)
    await registerByHand(name, 'aarch64', '/nowhere/qemu', '')
    // as the runner does before its next job
    await machine().sh(`rm -rf ${killed.folder}`)
    const answer = await drive({ verb: 'ensure', systems: ['aarch64-linux'], source: folder })
    expect(statuses(answer)).toEqual({ 'aarch64-linux': 'replaced' })
    expect(reasonOf(answer)).toMatch(/of an earlier run/)
    await post(answer)
    expect(await entries()).toEqual([])
  })

  it('does not rely on the entry of another runner of the same machine', async () => {
    await start()
    const other = await drive({ verb: 'ensure', systems: ['aarch64-linux'], source: folder }, { RUNNER_NAME: 'two' })
    const own = await drive({ verb: 'ensure', systems: ['aarch64-linux'], source: folder })
    expect(reasonOf(own)).toMatch(/when the job of another runner ends/)
    await post(other, { RUNNER_NAME: 'two' })
    expect(await runBusybox('arm64')).toBe('aarch64\n')
    await post(own)
    expect(await entries()).toEqual([])
  })

  it('says what to do where the table is read-only, and mounts or registers nothing', async () => {
    await start({ binfmt: 'read-only' })
    const answer = await drive({ verb: 'ensure', systems: ['aarch64-linux', 'x86_64-linux'], source: folder })
    expect(statuses(answer)).toEqual({ 'aarch64-linux': 'failed' })
    expect(reasonOf(answer)).toMatch(/aarch64-linux cannot be emulated: .* mounted read-only; mount it writable/)
    await post(answer)
  })

  it('says what to do for a user without sudo, and keeps what serves', async () => {
    await start({ user: 'runner', noSudo: true })
    const qemu = (await machine().sh(`ls ${rig.qemu}/qemu-aarch64*`)).trim().split('\n')[0] ?? ''
    await registerByHand('qemu-aarch64', 'aarch64', qemu, 'F')
    const answer = await drive({ verb: 'ensure', systems: ['aarch64-linux', 'riscv64-linux'], source: folder })
    expect(statuses(answer)).toEqual({ 'aarch64-linux': 'kept', 'riscv64-linux': 'failed' })
    expect(reasonOf(answer, 'riscv64-linux')).toMatch(/needs root; run the job as root, or .* sudo/)
    await post(answer)
    expect(await entries()).toEqual(['qemu-aarch64'])
  })

  it('refuses what is no static emulator, and an empty source', async () => {
    await start()
    await machine().sh(
      'mkdir /var/tmp/q && cp /bin/ls /var/tmp/q/qemu-aarch64 && echo "#!/bin/sh" > /var/tmp/q/qemu-arm',
    )
    const source = { kind: 'folder', path: '/var/tmp/q' } as const
    const systems = ['aarch64-linux', 'armv7l-linux', 'riscv64-linux', 'x86_64-darwin']
    const answer = await drive({ verb: 'ensure', systems, source })
    expect(statuses(answer)).toEqual(Object.fromEntries(systems.map((system) => [system, 'failed'])))
    expect(reasonOf(answer)).toMatch(/qemu-aarch64 is refused: it is dynamic: it needs \/lib64\/ld-linux/)
    expect(reasonOf(answer, 'armv7l-linux')).toMatch(/not an ELF program/)
    expect(reasonOf(answer, 'riscv64-linux')).toMatch(/\/var\/tmp\/q holds no qemu-riscv64/)
    expect(reasonOf(answer, 'x86_64-darwin')).toMatch(/no user-mode emulator/)
    await post(answer)
    expect(await entries()).toEqual([])
  })

  it('says what to do where binfmt_misc is switched off, and where RUNNER_TEMP is noexec', async () => {
    await start()
    await machine().sh(`echo 0 > ${table}/status`)
    const off = await drive({ verb: 'ensure', systems: ['aarch64-linux'], source: folder })
    expect(reasonOf(off)).toMatch(/switched off on this machine; switch it on/)
    await machine().sh(`echo 1 > ${table}/status; mount -t tmpfs -o noexec tmpfs /var/tmp/runner`)
    const noexec = await drive({ verb: 'ensure', systems: ['aarch64-linux'], source: folder })
    expect(reasonOf(noexec)).toMatch(/cannot be run .* mounted noexec/)
    const { facts } = await drive({ verb: 'survey', systems: ['x86_64-linux', 'aarch64-linux'] })
    expect(facts?.systems.map(({ runs }) => runs)).toEqual(['native', 'no'])
    expect(facts?.obstacle).toMatch(/noexec/)
    expect(await entries()).toEqual([])
  })

  it('says what to do where binfmt_misc is not mounted and may not be, as in a container', async () => {
    await start({ binfmt: 'none' })
    const unprivileged = ['setpriv', '--bounding-set=-sys_admin', '--inh-caps=-sys_admin']
    const answer = await drive({ verb: 'ensure', systems: ['aarch64-linux'], source: folder }, {}, unprivileged)
    expect(reasonOf(answer)).toMatch(
      /is not mounted, and this process may not mount it; in a container use --privileged/,
    )
    await post(answer)
  })
})
