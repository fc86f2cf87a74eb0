// The emulation room on disposable machines: the real kernel, the real QEMU, a binfmt_misc table of the machine's own.
import { describe, expect, it } from 'vitest'
import { nixSettings } from '../../src/emulation/emulation.ts'
import type { System } from '../../src/nix/system.ts'
import { machineUsable } from '../rig/available.ts'
import { rig } from '../rig/cache.ts'
import { folder, reasonOf, statuses, table, useStage } from './emulation-stage.ts'

const many = ['aarch64', 'armv7l', 'armv6l', 'riscv64', 's390x', 'powerpc64le'].map((cpu) => `${cpu}-linux`)

describe.skipIf(!machineUsable())('emulation', () => {
  const { machine, start, drive, post, entries, entry, registerByHand, runBusybox } = useStage()

  it.each(['root', 'runner'] as const)(
    'registers what is missing, keeps it the second time, undoes it (%s)',
    async (user) => {
      await start({ user })
      const first = await drive({ verb: 'ensure', systems: many, source: folder })
      expect(statuses(first)).toEqual(Object.fromEntries(many.map((system) => [system, 'registered'])))
      expect(first.emulators?.[0]).toMatchObject({ version: expect.stringMatching(/^\d+\.\d+/) })
      const names = await entries()
      expect(names.map((name) => name.replace(/-[0-9a-f]{8}$/, ''))).toEqual(
        ['aarch64', 'arm', 'ppc64le', 'riscv64', 's390x'].map((arch) => `nix-multiarch-${arch}`),
      )
      expect(await entry(names[0] ?? '')).toContain('\nflags: PF\n')
      expect(await runBusybox('arm64')).toBe('aarch64\n')
      expect(await runBusybox('riscv64')).toBe('riscv64\n')

      const second = await drive({ verb: 'ensure', systems: many, source: folder })
      expect(statuses(second)).toEqual(Object.fromEntries(many.map((system) => [system, 'kept'])))
      const versions = ({ emulators }: typeof first) => emulators?.map((each) => 'version' in each && each.version)
      expect(versions(second)).toEqual(versions(first))
      await post(second)
      await post(first)
      expect(await entries()).toEqual([])
    },
  )

  it('has every architecture of the table from the distribution’s package, each proved', async () => {
    await start({ apt: true })
    await machine().sh('apt-get update -qq') // the machine's own lists are used where they are there
    const all = ['aarch64', 'aarch64_be', 'armv7l', 'armv6l', 'armv5tel', 'riscv64', 'riscv32', 'powerpc64le']
      .concat('powerpc64', 'powerpc', 's390x', 'loongarch64', 'mips64el', 'mips64', 'mipsel', 'mips', 'm68k')
      .map((cpu) => `${cpu}-linux`)
    const answer = await drive({ verb: 'ensure', systems: all, source: { kind: 'distro' } })
    const missing = answer.emulators?.filter(({ status }) => status !== 'registered')
    expect(missing).toEqual([])
    expect(answer.log).not.toMatch(/apt-get update/)
    expect(await machine().sh(`(exec -a uname ${rig.static('busybox-arm64')} -m)`)).toBe('aarch64\n') // QEMU 7.2 knows P
    await post(answer)
  })

  it('keeps an entry of somebody else that serves, even where its interpreter is gone, and leaves it in post', async () => {
    await start()
    await machine().sh(`cp ${rig.qemu}/qemu-aarch64* /var/tmp/gone`)
    await registerByHand('qemu-aarch64', 'aarch64', '/var/tmp/gone', 'FC')
    await machine().sh('rm /var/tmp/gone')
    const answer = await drive({ verb: 'ensure', systems: ['aarch64-linux'], source: { kind: 'existing' } })
    expect(answer.emulators).toMatchObject([{ status: 'kept', interpreter: '/var/tmp/gone' }])
    await post(answer)
    expect(await entries()).toEqual(['qemu-aarch64'])
  })

  it('keeps what serves where the table itself is not to be seen, as in a container', async () => {
    await start()
    await registerByHand('qemu-aarch64', 'aarch64', `${rig.qemu}/qemu-aarch64`, 'F')
    const unseen = ['unshare', '--mount', 'sh', '-c', `umount ${table} && exec "$@"`, 'sh']
    const answer = await drive({ verb: 'ensure', systems: ['aarch64-linux'], source: folder }, {}, unseen)
    expect(answer.emulators).toMatchObject([{ status: 'kept', reason: expect.stringMatching(/the kernel has open/) }])
    await post(answer)
    expect(await entries()).toEqual(['qemu-aarch64'])
  })

  it('mounts binfmt_misc where it is not, and unmounts it in post', async () => {
    await start({ binfmt: 'none' })
    const answer = await drive({ verb: 'ensure', systems: ['riscv64-linux'], source: folder })
    expect(statuses(answer)).toEqual({ 'riscv64-linux': 'registered' })
    expect(await machine().sh(`grep -c ' ${table} ' /proc/self/mountinfo`)).toBe('1\n')
    await post(answer)
    expect((await machine().run(['grep', ` ${table} `, '/proc/self/mountinfo'])).stdout).toBe('')
  })

  it('takes emulators out of the distribution’s package without installing it', async () => {
    await start({ user: 'runner', apt: true })
    const systems = ['aarch64-linux', 's390x-linux']
    const tools = { RUNNER_TOOL_CACHE: '/var/tmp/tools' }
    await machine().sh('mkdir /var/tmp/tools')
    const answer = await drive({ verb: 'ensure', systems }, tools)
    expect(statuses(answer)).toEqual({ 'aarch64-linux': 'registered', 's390x-linux': 'registered' })
    expect(answer.log).toMatch(/apt-get update, with lists of this run’s own/)
    expect(reasonOf(answer)).toMatch(/from the package qemu-user-static 1:\d/)
    await post(answer)
    const again = await drive({ verb: 'ensure', systems }, tools)
    expect(statuses(again)).toEqual(statuses(answer))
    expect(reasonOf(again)).toMatch(/registered \/var\/tmp\/tools\/qemu-aarch64\/7\..* from the package/)
    expect(again.log).not.toMatch(/apt-get download/)
    await post(again)
    expect((await machine().run(['dpkg', '-s', 'qemu-user-static'])).code).not.toBe(0)
    expect(await entries()).toEqual([])
    expect(
      machine()
        .upper()
        .filter(({ path }) => !/^\/?var\/(tmp|log|cache|lib\/sudo)/.test(path)),
    ).toEqual([])
  })

  it('hands argv[0] on, so that a program of many names finds its own', async () => {
    await start()
    const answer = await drive({ verb: 'ensure', systems: ['aarch64-linux'], source: folder })
    const renamed = `(exec -a uname ${rig.static('busybox-arm64')} -m)`
    expect(await machine().sh(renamed)).toBe('aarch64\n')
    await post(answer)
  })

  it('surveys what the machine executes, and changes nothing', async () => {
    await start({ user: 'runner' })
    const qemu = (await machine().sh(`ls ${rig.qemu}/qemu-riscv64*`)).trim().split('\n')[0] ?? ''
    await registerByHand('qemu-riscv64', 'riscv64', qemu, 'PF')
    const systems = ['x86_64-linux', 'i686-linux', 'riscv64-linux', 'aarch64-linux', 'aarch64-darwin']
    const { facts } = await drive({ verb: 'survey', systems })
    expect(facts?.systems.map(({ runs }) => runs)).toEqual(['native', 'native', 'emulated', 'no', 'no'])
    expect(facts).toMatchObject({ machine: 'x86_64-linux' })
    expect(facts?.obstacle).toBeUndefined()
    expect(await entries()).toEqual(['qemu-riscv64'])
  })

  it.each(['2.8.0', '2.26.3', '2.34.8'] as const)(
    'lets Nix %s build for foreign systems in its sandbox, with an emulator of Nix’s own',
    async (nix) => {
      const settings = Object.entries(nixSettings(['aarch64-linux', 'armv7l-linux'] as System[])).map(
        ([name, value]) => `${name} = ${value}`,
      )
      await start({
        nix,
        nixConf: ['flake-registry = /etc/nix/empty.json', 'sandbox-fallback = false', ...settings].join('\n'),
      })
      await machine().sh(`
      echo '{"version":2,"flakes":[]}' > /etc/nix/empty.json
      mkdir -p /root/.config/nix /var/tmp/nixpkgs
      echo '{"version":2,"flakes":[{"from":{"type":"indirect","id":"nixpkgs"},"to":{"type":"path","path":"/var/tmp/nixpkgs"}}]}' > /root/.config/nix/registry.json
      cd /var/tmp/nixpkgs && cp ${rig.qemu}/qemu-aarch64 . && cp ${rig.static('busybox-amd64')} busybox && cp ${rig.static('busybox-arm64')} busybox-arm64
      cat > flake.nix <<'END'
      { outputs = { self }: {
          legacyPackages.x86_64-linux.pkgsStatic.qemu-user = derivation {
            name = "qemu-user"; system = "x86_64-linux"; builder = "\${self}/busybox";
            args = [ "sh" "-c" "busybox mkdir -p $out/bin && busybox cp \${self}/qemu-aarch64 $out/bin/" ];
            PATH = self.outPath;
          };
          packages.aarch64-linux.default = derivation {
            name = "machine"; system = "aarch64-linux"; builder = "\${self}/busybox-arm64";
            args = [ "sh" "-c" "\${self}/busybox-arm64 uname -m > $out" ];
          };
          packages.armv7l-linux.default = derivation {
            name = "machine"; system = "armv7l-linux"; builder = "\${self}/busybox-arm64";
            requiredSystemFeatures = [ "gccarch-armv7-a" ];
            args = [ "sh" "-c" "\${self}/busybox-arm64 uname -m > $out" ];
          };
      }; }
END`)
      const tools = { RUNNER_TOOL_CACHE: '/var/tmp/tools' }
      const job = { verb: 'ensure', systems: ['aarch64-linux'], source: { kind: 'nix' }, nix } as const
      const answer = await drive(job, tools)
      expect(reasonOf(answer)).toMatch(/registered \/nix\/store\/[^ ]*-qemu-user\/bin\/qemu-aarch64 from Nix/)
      const shown = await machine().sh('nix config show 2> /dev/null || nix show-config')
      expect(/^extra-platforms = (.*)$/m.exec(shown)?.[1]?.split(' ')).toEqual(
        expect.arrayContaining(['aarch64-linux', 'armv7l-linux', 'i686-linux']),
      )
      for (const cpu of ['aarch64', 'armv7l']) {
        const out = await machine().sh(`nix build --json --no-link path:/var/tmp/nixpkgs#packages.${cpu}-linux.default`)
        expect(await machine().sh(`cat ${JSON.parse(out)[0].outputs.out}`)).toMatch(/aarch64|armv8l/)
      }
      await post(answer)
      await machine().sh('rm /var/tmp/nixpkgs/flake.nix')
      const again = await drive(job, tools)
      expect(reasonOf(again)).toMatch(/registered \/var\/tmp\/tools\/[^ ]*qemu-aarch64 from Nix/)
      expect(again.log).not.toContain('nix build')
      await post(again)
    },
  )
})
