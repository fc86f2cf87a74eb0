// The stage of the push tests: a machine with a Nix, a closure in its store, a key, and ways to look at a cache.
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { type NarInfo, parseNarInfo } from '../../src/push/paths/narinfo.ts'
import type { PushReport } from '../../src/push/types.ts'
import { type RigNixVersion, rig } from '../rig/cache.ts'
import { Machine } from '../rig/machine.ts'
import type { MachineOptions } from '../rig/machine-options.ts'
import type { Job } from './push-driver.ts'

export const repository = join(import.meta.dirname, '../..')
const DRIVER = join(repository, 'test/e2e/push-driver.ts')
export const FLAGS = '--extra-experimental-features nix-command'

export interface Pushed {
  readonly reports: readonly PushReport[]
  readonly log: string
  readonly seconds: number
  /** Megabytes. */
  readonly rss: number
}

export class Stage {
  readonly machine: Machine
  readonly version: RigNixVersion
  readonly bin: string
  /** Added to each job. */
  readonly usual: Partial<Job>
  readonly secret: string
  readonly publicKey: string

  private constructor(
    machine: Machine,
    version: RigNixVersion,
    bin: string,
    usual: Partial<Job>,
    secret: string,
    publicKey: string,
  ) {
    this.usual = usual
    this.machine = machine
    this.version = version
    this.bin = bin
    this.secret = secret
    this.publicKey = publicKey
  }

  static async open(version: RigNixVersion, more: MachineOptions = { user: 'root' }): Promise<Stage> {
    const machine = await Machine.start({ nix: version, ssh: true, binds: [{ source: repository }], ...more })
    const bin = (await machine.sh('dirname "$(command -v nix)"')).trim()
    const secret = (await machine.sh(`nix ${FLAGS} key generate-secret --key-name stage-1`)).trim()
    const publicKey = await machine.sh(`nix ${FLAGS} key convert-secret-to-public`, { input: secret })
    const usual: Partial<Job> = more.nixFlavour === 'daemon' ? { mode: 'daemon', trusted: false } : {}
    return new Stage(machine, version, bin, usual, secret, publicKey.trim())
  }

  /** Evaluates to a store path, writing `builtins.toFile` paths on the way: closures of any size, without builds. */
  async evaluate(expression: string): Promise<string> {
    const printed = await this.machine.sh('nix-instantiate --eval --read-write-mode --strict -', { input: expression })
    return printed.trim().replaceAll('"', '')
  }

  /** A built path with a built reference: not content-addressed, so a consumer needs its signature. */
  async build(name: string, kibibytes = 1): Promise<string> {
    const lines = kibibytes * 16
    const expression = `let
        sh = name: script: more: derivation ({ inherit name; system = "x86_64-linux"; builder = "/bin/sh"; args = [ "-c" script ]; } // more);
        below = sh "${name}-below" "echo ${name} > $out; exit 0" { };
      in sh "${name}" "i=0; while [ $i -lt ${lines} ]; do echo $below $i ${name} ...........; i=$((i+1)); done > $out; exit 0" { inherit below; }`
    return (await this.machine.sh('nix-build --no-out-link -', { input: expression })).trim()
  }

  input(job: Partial<Job>): string {
    const { version, bin, secret } = this
    const whole: Job = { verb: 'push', version, bin, key: secret, roots: [], to: [], ...this.usual, ...job }
    return JSON.stringify(whole)
  }

  command(): readonly string[] {
    return [rig.node24, DRIVER]
  }

  async drive(
    job: Partial<Job>,
    env: Record<string, string> = {},
  ): Promise<{ answer: unknown; log: string; seconds: number; rss: number }> {
    const options = { input: this.input(job), env: { RUNNER_TEMP: '/tmp', ...env }, timeout: 300_000 }
    const { stdout, stderr } = await this.machine.run(this.command(), options)
    const line = stdout.split('\n').find((text) => text.startsWith('ANSWER '))
    if (line === undefined) throw new Error(`no answer: ${stdout}${stderr}`)
    const { answer, seconds, rss } = JSON.parse(line.slice(7))
    return { answer, log: stdout.replace(line, '') + stderr, seconds, rss: rss / 1024 }
  }

  async push(job: Partial<Job>, env: Record<string, string> = {}): Promise<Pushed> {
    const { answer, ...rest } = await this.drive(job, env)
    if (!Array.isArray(answer)) throw new Error(`${JSON.stringify(answer)}\n${rest.log}`)
    return { reports: answer as readonly PushReport[], ...rest }
  }

  /** An empty store takes the root from that cache alone, trusting that key alone. */
  async consume(from: string, root: string, options = ''): Promise<void> {
    await this.machine.sh(
      `store=$(mktemp -d -p /var/tmp); export XDG_CACHE_HOME=$store/cache
       nix ${FLAGS} copy --from '${from}' --to "$store" --option trusted-public-keys '${this.publicKey}' ${options} ${root} 2>&1
       nix-store --store "$store" --verify --check-contents 2>&1
       chmod -R u+w "$store"; rm -r "$store"`,
    )
  }

  narinfos(folder: string): readonly NarInfo[] {
    return narinfosOf(this.machine, folder)
  }

  faults(folder: string): readonly string[] {
    return faultsOf(this.machine, folder)
  }
}

/** All narinfos of a cache that lies in a folder of the machine. */
export function narinfosOf(machine: Machine, folder: string): readonly NarInfo[] {
  const place = machine.path(folder)
  if (!existsSync(place)) return []
  const names = readdirSync(place).filter((name) => name.endsWith('.narinfo'))
  return names.map((name) => parseNarInfo(readFileSync(join(place, name), 'utf8')))
}

/** What must hold of a cache at any moment: every narinfo has its NAR, whole, and every reference. */
export function faultsOf(machine: Machine, folder: string): readonly string[] {
  const infos = narinfosOf(machine, folder)
  const there = new Set(infos.map(({ path }) => path))
  return infos.flatMap((info) => {
    const nar = join(machine.path(folder), info.url)
    const size = existsSync(nar) ? statSync(nar).size : undefined
    const dangling = info.references.filter((path) => !there.has(path)).map((path) => `${info.path} refers to ${path}`)
    return size === info.fileSize ? dangling : [...dangling, `${info.path}: NAR of ${size} bytes, not ${info.fileSize}`]
  })
}

/** A closure of `width * layers` paths, each path of a layer referring to two of the layer below (appendix E4 of the field notes). */
export const layered = (width: number, layers: number, salt: string): string => `
  let base = builtins.genList (n: builtins.toFile "b\${toString n}" "${salt} \${toString n}") ${width};
      go = k: below: if k == 0 then below else go (k - 1) (builtins.genList (n: builtins.toFile "l\${toString k}-\${toString n}"
        (builtins.concatStringsSep "\\n" [ "${salt} \${toString k} \${toString n}" (builtins.elemAt below n) (builtins.elemAt below (if n == 0 then ${width - 1} else n - 1)) ])) ${width});
  in builtins.toFile "top" (builtins.concatStringsSep "\\n" (go ${layers - 1} base))`

/** How many paths of a report have each status. */
export function counts(report: PushReport | undefined): Record<string, number> {
  const all: Record<string, number> = {}
  for (const { status } of report?.paths ?? []) all[status] = (all[status] ?? 0) + 1
  return all
}
