/**
 * Time from the start of an installer on a fresh machine to a Nix that has built a trivial derivation with `nix build`,
 * in turns: this action (built, dist/), as on a hosted runner (cold) and with what an earlier run left in the tool cache
 * of a machine that is kept (warm; on the disk of /nix, as a runner has it, or on another), or in the Actions cache, as the
 * rig plays it, for a hosted runner ("from the Actions cache"; and what asking it costs where nothing is in it yet); what
 * the official installer does, single-user and with a daemon; and what quick installers do (a zstd tarball streamed into a
 * /nix of the user's own). The last three are replicas in shell, of the same content, from the same loopback server, without
 * what needs a network or systemd (channel, services).
 *
 *     test/rig/.cache/node24/node bench/install.ts [ROUNDS] [VERSION]
 */
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startService } from '../test/e2e/cache-machine.ts'
import { signingKey } from '../test/e2e/support.ts'
import { type RigNixVersion, rig } from '../test/rig/cache.ts'
import { Machine } from '../test/rig/machine.ts'
import { Runner } from '../test/rig/runner.ts'
import { median } from './median.ts'
import { countProcessorTime } from './processor-group.ts'

const rounds = Number(process.argv[2] ?? 5)
const version = (process.argv[3] ?? '2.34.8') as RigNixVersion
const repository = join(import.meta.dirname, '..')
const scratch = mkdtempSync(join(tmpdir(), 'bench-install-'))
const PORT = 8123
const PROFILE = '/nix/var/nix/profiles/default'

const BUILD = `nix build --extra-experimental-features 'nix-command flakes' --option substituters '' --no-link --impure --expr \
  'derivation { name = "trivial"; system = "x86_64-linux"; builder = "/bin/sh"; args = [ "-c" "echo ok > $out" ]; }'`

/** Each in a shell of its own; sets up what `$PATH` of BUILD needs. */
const replicas = {
  'official installer, single-user (replica)': `
    curl -fsS http://127.0.0.1:${PORT}/nix.tar.xz -o /tmp/nix.tar.xz
    echo "$SHA256  /tmp/nix.tar.xz" | sha256sum -c --quiet
    mkdir /tmp/unpack && tar -xJf /tmp/nix.tar.xz -C /tmp/unpack
    sudo mkdir -m 0755 /nix && sudo chown "$USER" /nix
    /tmp/unpack/*/install`,
  'official installer, daemon (replica)': `
    curl -fsS http://127.0.0.1:${PORT}/nix.tar.xz -o /tmp/nix.tar.xz
    echo "$SHA256  /tmp/nix.tar.xz" | sha256sum -c --quiet
    mkdir /tmp/unpack && tar -xJf /tmp/nix.tar.xz -C /tmp/unpack
    sudo /tmp/unpack/*/install --daemon
    sudo ${PROFILE}/bin/nix-daemon > /tmp/daemon.log 2>&1 &
    until [ -S /nix/var/nix/daemon-socket/socket ]; do sleep 0.01; done`,
  'quick install: zstd into /nix (replica)': `
    sudo install -d -o "$USER" /nix
    curl -fsS http://127.0.0.1:${PORT}/nix.tar.zst | tar --zstd -x -C /nix --strip-components=1
    nix=$(echo /nix/store/*-nix-${version})
    $nix/bin/nix-store --load-db < /nix/.reginfo
    MANPATH= $nix/bin/nix-env -i "$nix"
    mkdir -p ~/.config/nix && echo 'accept-flake-config = false' > ~/.config/nix/nix.conf`,
} as const

type Replica = keyof typeof replicas
const ours = {
  'this action, cold': { RUNNER_ENVIRONMENT: 'github-hosted' },
  'this action, cold, nothing in the Actions cache': { RUNNER_ENVIRONMENT: 'github-hosted', FOLDER: '/srv/empty' },
  'this action, cold, release packed with zstd': { RUNNER_ENVIRONMENT: 'github-hosted', TARBALL: 'release.tar.zst' },
  'this action, from the Actions cache': { RUNNER_ENVIRONMENT: 'github-hosted', FOLDER: '/srv/cache' },
  'this action, warm': { RUNNER_ENVIRONMENT: 'self-hosted', RUNNER_TOOL_CACHE: '/opt/hostedtoolcache' },
  'this action, warm, tool cache on another disk': {
    RUNNER_ENVIRONMENT: 'self-hosted',
    RUNNER_TOOL_CACHE: '/srv/tools',
  },
} as const
type Ours = keyof typeof ours
const ways = [...(Object.keys(ours) as Ours[]), ...(Object.keys(replicas) as Replica[])] as const
const XZ = 'xz alone, of the same tarball'
type Way = (typeof ways)[number]
/** By the clock, and of processor time of all processes. */
type Took = readonly [clock: number, processor: number]
const seconds = new Map<Way | typeof XZ | 'first line' | 'whole action, warm', Took[]>()
const note = (way: Way | typeof XZ | 'first line' | 'whole action, warm', took: Took): void => {
  seconds.set(way, [...(seconds.get(way) ?? []), took])
}
const processorTime = countProcessorTime()
const now = (): Took => [performance.now() / 1000, processorTime()]
const since = ([clock, processor]: Took): Took => [performance.now() / 1000 - clock, processorTime() - processor]
const print = ([clock, processor]: Took): string => `${clock.toFixed(2)} s (processor ${processor.toFixed(2)} s)`

const tools = join(scratch, 'tools')
const kept = join(scratch, 'kept')
const key = signingKey('bench-1').secret
try {
  prepare()
  await measureOurs('this action, warm, tool cache on another disk') // which fills it
  await measureOurs('this action, from the Actions cache')
  seconds.clear()
  for (let round = 0; round < rounds; round += 1) {
    note(XZ, measureXz())
    for (const way of ways) {
      const took = way in replicas ? await measure(way as Replica) : await measureOurs(way as Ours)
      note(way, took)
      console.log(`${way}: ${print(took)}`)
    }
  }
  console.log(`\nmedians of ${rounds}:`)
  for (const [way, list] of seconds)
    console.log(`${way}: ${print([median(list.map(([clock]) => clock)), median(list.map(([, used]) => used))])}`)
} finally {
  rmSync(scratch, { recursive: true, force: true })
}

/** The same content for all: the release's tarball, the same packed with zstd, and that with its folder named `nix`. */
function prepare(): void {
  const script = `set -euo pipefail; mkdir x tools kept; ln -s ${rig.tarball(version)} nix.tar.xz; tar -xJf nix.tar.xz -C x
    tar -c -C x $(ls x) | zstd -q -19 -T0 -o release.tar.zst; mv x/* x/nix
    chmod -R a-w x/nix/store/*; mkdir -p x/nix/var/nix; tar -c -C x nix | zstd -q -19 -T0 -o nix.tar.zst; chmod -R u+w x; rm -r x; chmod 755 .; chown 1001 tools`
  const made = spawnSync('bash', ['-c', script], { cwd: scratch, encoding: 'utf8' })
  if (made.status !== 0) throw new Error(made.stderr)
  writeFileSync(
    join(scratch, 'server.mjs'),
    `import { createReadStream } from 'node:fs'
    import { createServer } from 'node:http'
    createServer((q, s) => createReadStream('${scratch}' + q.url).pipe(s)).listen(${PORT}, '127.0.0.1', () => console.log('up'))`,
  )
}

/** What nobody who takes upstream's own tarball can be quicker than. */
function measureXz(): Took {
  const began = now()
  const { status } = spawnSync('xz', ['-dc', join(scratch, 'nix.tar.xz')], { stdio: ['ignore', 'ignore', 'inherit'] })
  if (status !== 0) throw new Error('xz failed')
  return since(began)
}

async function start(): Promise<Machine> {
  const machine = await Machine.start({
    user: 'runner',
    binds: [
      { source: repository },
      { source: scratch },
      { source: tools, target: '/srv/tools', readOnly: false },
      { source: kept, target: '/srv/cache', readOnly: false },
    ],
  })
  await machine.sh('cp -a /srv/tools /opt/hostedtoolcache', { user: 'root' })
  const server = machine.spawn([machine.node('host'), join(scratch, 'server.mjs')], { user: 'root' })
  await new Promise((resolve) => server.stdout?.once('data', resolve))
  return machine
}

async function measure(way: Replica): Promise<Took> {
  const machine = await start()
  try {
    const env = { SHA256: rig.tarballSha256(version) }
    const began = now()
    await machine.sh(replicas[way], { env })
    const path = `${machine.home}/.nix-profile/bin:${PROFILE}/bin:/usr/bin:/bin`
    await machine.sh(BUILD, { env: { PATH: path, ...(way.includes('daemon') ? { NIX_REMOTE: 'daemon' } : {}) } })
    return since(began)
  } finally {
    await machine.stop()
  }
}

/** The installing part of the action alone (to the end of its log group), and the same build as a step after it. */
async function measureOurs(way: Ours): Promise<Took> {
  const machine = await start()
  try {
    const at: { first?: Took; installed?: Took } = {}
    const onLine = (line: string): void => {
      at.first ??= since(began)
      if (line.includes('[endgroup]')) at.installed ??= since(began)
    }
    const { FOLDER, TARBALL, ...env } = { FOLDER: undefined, TARBALL: 'nix.tar.xz', ...ours[way] }
    const service = FOLDER === undefined ? {} : await startService(machine, FOLDER)
    const runner = new Runner({ machine, onLine, env: { ...env, ...service }, secrets: [key] })
    runner.checkout(join(repository, 'examples/hello'))
    const began = now()
    const step = await runner.step(repository, {
      'nix-source': `http://127.0.0.1:${PORT}/${TARBALL}`,
      'nix-sha256': createHash('sha256')
        .update(readFileSync(join(scratch, TARBALL)))
        .digest('hex'),
      'extra-nix-config': 'substituters =',
      qemu: 'never',
      ...(FOLDER !== undefined && { 'signing-key': key }),
    })
    if (!step.ok) throw new Error(runner.log)
    if (way === 'this action, warm') note('whole action, warm', since(began))
    if (at.first === undefined || at.installed === undefined) throw new Error(runner.log)
    if (way === 'this action, cold') note('first line', at.first)
    const building = now()
    const build = await runner.run(BUILD)
    if (!build.ok) throw new Error(runner.log)
    const built = since(building)
    return [at.installed[0] + built[0], at.installed[1] + built[1]]
  } finally {
    await machine.stop()
  }
}
