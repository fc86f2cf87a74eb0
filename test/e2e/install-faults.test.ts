// Machines on which /nix cannot be had as usual: it is installed all the same, or one error says what to do; post leaves nothing.
import { afterEach, describe, expect, it } from 'vitest'
import { machineUsable } from '../rig/available.ts'
import { cacheDir, rig } from '../rig/cache.ts'
import { Machine, type MachineOptions } from '../rig/machine.ts'
import type { Answer, Job } from './install-driver.ts'
import { driveInstall, runnerFiles } from './install-machine.ts'

const build = ['nix-build', '--no-out-link', '-E'].concat(`derivation { name = "probe"; system = "x86_64-linux";
  builder = "/bin/sh"; args = [ "-c" "echo ok > $out" ]; }`)
const location = rig.tarball('2.34.8')
const inputs = {
  nixSource: { kind: 'tarball', location, sha256: undefined },
  extraNixConfig: 'substituters =',
} as const
const TOOLS = '/var/tmp/runner/tools'

describe.skipIf(!machineUsable())('an install', () => {
  let machine: Machine
  afterEach(() => machine?.stop())

  const start = async (setup: string, options: MachineOptions = {}): Promise<void> => {
    machine = await Machine.start({ ...options, binds: [{ source: process.cwd() }, { source: cacheDir }] })
    await machine.sh(`${runnerFiles}; ${setup}`, { user: 'root' })
  }
  const install = async (env: Record<string, string> = {}, more: Partial<Job> = {}) =>
    await driveInstall(machine, { verb: 'install', inputs, run: [build], ...more }, env)
  const post = async ({ folder }: Answer): Promise<void> => {
    const { thrown } = await driveInstall(machine, { verb: 'post' }, { STATE_folder: folder })
    expect(thrown).toBeUndefined()
  }
  const built = ({ thrown, runs }: Answer): void => {
    expect(thrown).toBeUndefined()
    expect(runs?.[0]).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/-probe\n$/) })
  }

  it.each([
    [
      'on a disk that the unpacked tarball fills',
      'mount -t tmpfs -o size=30m,mode=755 none /nix',
      /disk that \/nix is on is full/,
    ],
    [
      'on a disk that the store fills',
      'mount -t tmpfs -o size=70m,mode=755 none /nix',
      /disk that \/nix is on is full/,
    ],
    ['in a folder mounted read-only', 'mount -t tmpfs -o ro none /nix', /cannot be unpacked: .*Read-only file system/],
    ['in a folder mounted noexec', 'mount -t tmpfs -o noexec,mode=755 none /nix', /mount it without noexec/],
    ['in a folder that lets only another user in', 'chown 4242 /nix; chmod 700 /nix', /chmod 755 \/nix/],
    ['behind a symbolic link', 'rmdir /nix; mkdir /opt/n; ln -s /opt/n /nix', /takes no symbolic link/],
  ])('%s is one error that says what to do', async (_, setup, why) => {
    await start(`mkdir /nix; ${setup}`)
    const answer = await install()
    expect(answer.thrown).toMatch(/^UserError/)
    expect(answer.thrown).toMatch(why)
    expect(answer.thrown?.split('\n').length).toBeLessThan(8)
    await post(answer)
    expect(await machine.sh('ls -A /nix/', { user: 'root' })).toBe('')
  })

  it.each([
    ['mounted over', 'touch /opt/$f; cp -a /etc/$f /opt/$f; mount --bind /opt/$f /etc/$f'],
    ['symbolic links', 'mv /etc/$f /opt/$f; ln -s /opt/$f /etc/$f'],
  ])('where the files of accounts are %s: post takes the build users out and leaves them so', async (_, setup) => {
    await start(`for f in passwd group; do ${setup}; done`)
    const files = async () => await machine.sh('cat /opt/passwd /opt/group; stat -c "%F %a %U" /etc/passwd /etc/group')
    const before = await files()
    const answer = await install()
    built(answer)
    expect(await files()).toContain('nixbld')
    await post(answer)
    expect(await files()).toBe(before)
  })

  it('where /etc/passwd cannot be written is one error, and post has nothing more to say', async () => {
    await start('mount --bind /etc/passwd /etc/passwd; mount -o remount,bind,ro /etc/passwd')
    const answer = await install()
    expect(answer.thrown).toMatch(/^UserError: users for builds cannot be added/)
    await post(answer)
  })

  it('where nothing of /etc can be written: root builds without users where it says so', async () => {
    await start('mount --bind /etc /etc; mount -o remount,bind,ro /etc', { user: 'root', noSudo: true })
    const refused = await install()
    expect(refused.thrown).toMatch(/^UserError: users for builds .*"build-users-group =" in extra-nix-config/s)
    await post(refused)
    const extraNixConfig = `${inputs.extraNixConfig}\nbuild-users-group =`
    const answer = await install({}, { inputs: { ...inputs, extraNixConfig } })
    built(answer)
    expect(answer.log).toContain('Login shells will not find Nix: ')
    await post(answer)
    expect(await machine.sh('ls -d /nix 2>/dev/null || true')).toBe('')
  })

  it.each([
    ['a nix.conf that only root may read', 'install -D -m 600 /dev/null /etc/nix/nix.conf'],
    ['a folder for a nix.conf', 'mkdir -p /etc/xdg/nix/nix.conf'],
    ['a registry that only root may read', 'install -D -m 600 /dev/null /etc/nix/registry.json'],
    ['no file of groups', 'rm /etc/group'],
  ])('with %s', async (_, setup) => {
    await start(setup)
    const accounts = async () => await machine.sh('cat /etc/passwd; ls /etc/group 2>&1 || true')
    const before = await accounts()
    const answer = await install()
    built(answer)
    await post(answer)
    expect(await accounts()).toBe(before)
  })

  it('by root in a folder of another user that lets nobody else in is one error', async () => {
    await start('install -d -m 700 -o 4242 /nix', { user: 'root', noSudo: true })
    const answer = await install()
    expect(answer.thrown).toMatch(/^UserError: .*chmod 755 \/nix/)
    await post(answer)
  })

  it.each(['HOME=/', '-u HOME', 'HOME=/root', 'HOME=/locked/x'])(
    'by a user without a name, with env %s',
    async (home) => {
      await start('install -d -m 755 -o 4242 /nix; chmod 755 /root; mkdir -m 700 /locked', {
        user: 'root',
        noSudo: true,
      })
      const driver = `${machine.node('node24')} --disable-warning=ExperimentalWarning ${process.cwd()}/test/e2e/install-driver.ts`
      const nameless = async (job: Job, env: Record<string, string> = {}): Promise<Answer> => {
        const out = await machine.sh(`setpriv --reuid=4242 --regid=0 --clear-groups env ${home} ${driver}`, {
          input: JSON.stringify(job),
          env: {
            ...{ RUNNER_TEMP: '/var/tmp/runner', GITHUB_ENV: '/var/tmp/runner/env' },
            ...{ GITHUB_PATH: '/var/tmp/runner/path', ...env },
          },
        })
        return JSON.parse(out.split('\n').findLast((line) => line.startsWith('{')) ?? '') as Answer
      }
      const answer = await nameless({ verb: 'install', inputs, run: [build] })
      built(answer)
      const { thrown } = await nameless({ verb: 'post' }, { STATE_folder: answer.folder })
      expect(thrown).toBeUndefined()
      expect(await machine.sh('ls -A /nix /var/tmp/runner')).toBe('/nix:\n\n/var/tmp/runner:\nenv\npath\n')
      expect(await machine.sh('cat /var/tmp/runner/env')).not.toContain('HOME<<')
    },
  )

  it('where the store is a mount point: post empties it and leaves it', async () => {
    await start('mkdir -p /nix/store; mount -t tmpfs -o mode=755 none /nix/store')
    const answer = await install()
    built(answer)
    await post(answer)
    expect(await machine.sh('ls -A /nix /nix/store; mountpoint -q /nix/store')).toBe('/nix:\nstore\n\n/nix/store:\n')
  })

  it.each(['root', 'runner'] as const)(
    'by %s under umask 077, and a sudo that is as strict, is for all users',
    async (user) => {
      const strict = 'Defaults umask=0077, umask_override, secure_path="/usr/bin:/bin"'
      await start(user === 'root' ? ':' : `echo '${strict}' >> /etc/sudoers.d/runner`, {
        user,
        noSudo: user === 'root',
      })
      const accounts = async () => await machine.sh('cat /etc/passwd /etc/group')
      const before = await accounts()
      const driver = `${machine.node('node24')} --disable-warning=ExperimentalWarning ${process.cwd()}/test/e2e/install-driver.ts`
      const out = await machine.sh(`umask 077; ${driver}`, {
        input: JSON.stringify({ verb: 'install', inputs, run: [build] }),
        env: { RUNNER_TEMP: '/var/tmp/runner', GITHUB_ENV: '/var/tmp/runner/env', GITHUB_PATH: '/var/tmp/runner/path' },
      })
      const answer = JSON.parse(out.split('\n').findLast((line) => line.startsWith('{')) ?? '') as Answer
      built(answer)
      const nix = '/nix/var/nix/profiles/default/bin/nix'
      expect(
        await machine.sh(
          `HOME=/nonexistent setpriv --reuid=65534 --regid=65534 --clear-groups bash -lc '${nix} --version' 2>&1`,
          {
            user: 'root',
          },
        ),
      ).toBe('nix (Nix) 2.34.8\n')
      await machine.sh('echo later:x:4711:4711::/:/bin/sh >> /etc/passwd', { user: 'root' })
      await post(answer)
      expect(await accounts()).toBe(before.replace('\nroot:x:0:\n', '\nlater:x:4711:4711::/:/bin/sh\nroot:x:0:\n'))
    },
  )

  it('by a user whom sudo lets run some commands only is refused before anything is done', async () => {
    await start("echo 'runner ALL=(ALL) NOPASSWD: /usr/bin/true' > /etc/sudoers.d/runner")
    const answer = await install()
    expect(answer.thrown).toMatch(/^UserError: .*let runner use sudo without a password/)
    await post(answer)
    expect(await machine.sh('ls -d /nix 2>/dev/null || true')).toBe('')
  })

  it('with options for tar and xz in the environment', async () => {
    await start('', { user: 'root', noSudo: true })
    const env = { TAR_OPTIONS: '--strip-components=1', XZ_OPT: '--memlimit=1MiB', POSIXLY_CORRECT: '1' }
    const answer = await install(env)
    built(answer)
    await post(answer)
  })

  it.each([
    [{ LD_LIBRARY_PATH: '/usr/lib/x86_64-linux-gnu' }, /unset LD_LIBRARY_PATH/],
    [{ NIX_STATE_DIR: '/var/tmp/state' }, /NIX_STATE_DIR in the environment says otherwise: unset it/],
  ])('with %o in the environment is one error', async (env, why) => {
    await start('', { user: 'root', noSudo: true })
    const answer = await install(env as Record<string, string>)
    expect(answer.thrown).toMatch(why)
    await post(answer)
    expect(await machine.sh('ls -d /nix /var/tmp/state 2>/dev/null || true')).toBe('')
  })

  it('that finds no room in the tool cache leaves none taken there', async () => {
    await start(`mkdir ${TOOLS}; mount -t tmpfs -o size=20m,mode=777 none ${TOOLS}`)
    const sha256 = rig.tarballSha256('2.34.8')
    const answer = await install(
      { RUNNER_TOOL_CACHE: TOOLS },
      { inputs: { ...inputs, nixSource: { kind: 'tarball', location, sha256 } } },
    )
    built(answer)
    expect(await machine.sh(`find ${TOOLS} -name 'nix*' -path '*x64*'`)).toBe('')
    await post(answer)
  })
})
