import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { rigDir } from './cache.ts'
import type { Machine, MachineUser } from './machine.ts'

/** What goes wrong with requests that match. All given effects apply. */
export interface Fault {
  /** Regular expression on "METHOD /path", e.g. `^PUT .*narinfo`. */
  match: string
  /** How often; always if left out. */
  times?: number
  /** Matching requests that pass before the first fault. */
  skip?: number
  /** Answers this instead, after the request was read. */
  status?: number
  headers?: Record<string, string>
  body?: string
  delayMs?: number
  /** Cuts the connection at once, after `after` bytes, or never answers. */
  drop?: 'now' | 'mid' | 'hang'
  after?: number
  /** Waits so long at each chunk. */
  slowMs?: number
  /** Sends half of the file and cuts. */
  truncate?: boolean
  /** Flips a byte in the middle. */
  corrupt?: boolean
}

export interface CacheRequest {
  method: string
  path: string
  /** 0: no answer was begun. */
  status: number
  complete: boolean
  authorization: boolean
  fault?: Fault
  error?: string
}

export interface BinaryCacheOptions {
  /** Folder in the machine that is served; made if missing. Bind one of the host to share it between machines. */
  root?: string
  auth?: 'none' | `basic:${string}:${string}` | `bearer:${string}`
  /** A free one by default. */
  port?: number
}

export interface BinaryCache {
  /** `http://127.0.0.1:PORT` */
  url: string
  /** Path in the machine. */
  root: string
  /** Replaces all faults that are there. */
  setFaults(faults: readonly Fault[]): void
  /** Every request so far that has ended. */
  requests(): CacheRequest[]
}

let started = 0

/** Starts an HTTP binary cache in the machine, as root. It ends with the machine. */
export async function startBinaryCache(machine: Machine, options: BinaryCacheOptions = {}): Promise<BinaryCache> {
  const folder = `/run/bincache-${++started}`
  const control = machine.path(folder)
  mkdirSync(control)
  // what passes through it is not for every user of the machine to read
  chmodSync(control, 0o700)
  writeFileSync(join(control, 'server.mjs'), readFileSync(join(rigDir, 'bincache-server.mjs')))
  const root = options.root ?? `${folder}/files`
  mkdirSync(machine.path(root), { recursive: true })
  const script = 'nohup "$NODE" "$DIR/server.mjs" "$ROOT" "$DIR" > "$DIR/output" 2>&1 < /dev/null &'
  const env = {
    NODE: machine.node('host'),
    DIR: folder,
    ROOT: root,
    AUTH: options.auth ?? 'none',
    PORT: String(options.port ?? 0),
  }
  await machine.sh(script, { user: 'root', env })
  await until(
    () => existsSync(join(control, 'port')),
    () => readFileSync(join(control, 'output'), 'utf8'),
  )
  return {
    url: `http://127.0.0.1:${readFileSync(join(control, 'port'), 'utf8')}`,
    root,
    setFaults: (faults) => writeFileSync(join(control, 'faults.json'), JSON.stringify(faults)),
    requests: () => {
      const file = join(control, 'requests.jsonl')
      const lines = existsSync(file) ? readFileSync(file, 'utf8').split('\n').filter(Boolean) : []
      return lines.map((line) => JSON.parse(line) as CacheRequest)
    },
  }
}

export interface SshServer {
  port: number
  /** Host part of a store URL with the user: `ssh-ng://${authority}`. The port is in `options`, since Nix's URLs have none. */
  authority: string
  /** For NIX_SSHOPTS: port, key, known hosts, nothing else. */
  options: string
  /** A private key that may log in, readable by the machine's user; text, to be given as a secret. */
  key: string
  /** Line of a known_hosts file. */
  hostKey: string
  stop(): Promise<void>
}

/**
 * Starts an OpenSSH server on the machine's loopback, which lets `login` in with a fresh key. The machine must have been
 * started with `ssh: true`.
 */
export async function startSshServer(
  machine: Machine,
  { login = 'root' as MachineUser, port = 2222 } = {},
): Promise<SshServer> {
  const folder = '/run/rig-ssh'
  await machine.sh(sshSetup, { user: 'root', env: { DIR: folder, PORT: String(port), OWNER: machine.user } })
  await until(
    () => existsSync(machine.path(`${folder}/sshd.pid`)),
    () => readFileSync(machine.path(`${folder}/log`), 'utf8'),
  )
  const read = (name: string): string => readFileSync(machine.path(join(folder, name)), 'utf8')
  const options = [`-p ${port}`, `-i ${folder}/key`, `-o UserKnownHostsFile=${folder}/known_hosts`]
  const strict = ['StrictHostKeyChecking=yes', 'IdentitiesOnly=yes', 'BatchMode=yes'].map((each) => `-o ${each}`)
  return {
    port,
    authority: `${login}@127.0.0.1`,
    options: [...options, ...strict].join(' '),
    key: read('key'),
    hostKey: read('known_hosts').trim(),
    stop: async () => {
      const pid = read('sshd.pid').trim()
      await machine.sh(`kill ${pid}; while [ -d /proc/${pid} ]; do sleep 0.01; done`, { user: 'root', timeout: 10_000 })
      rmSync(machine.path(`${folder}/sshd.pid`), { force: true })
    },
  }
}

// PAM is off: the server's modules are not unpacked. Key files belong to the machine's user, who is the client.
const sshSetup = `
mkdir -p "$DIR" /run/sshd && chmod 755 "$DIR"
grep -q '^sshd:' /etc/passwd || echo 'sshd:x:995:65534::/run/sshd:/usr/sbin/nologin' >> /etc/passwd
for name in key host_key; do [ -e "$DIR/$name" ] || ssh-keygen -q -t ed25519 -N '' -C rig -f "$DIR/$name"; done
echo "[127.0.0.1]:$PORT $(cut -d' ' -f1,2 "$DIR/host_key.pub")" > "$DIR/known_hosts"
cp "$DIR/key.pub" "$DIR/authorized_keys"
chown "$OWNER:" "$DIR/key"
cat > "$DIR/config" <<CONFIG
ListenAddress 127.0.0.1:$PORT
HostKey $DIR/host_key
PidFile $DIR/sshd.pid
AuthorizedKeysFile $DIR/authorized_keys
StrictModes no
PermitRootLogin prohibit-password
PasswordAuthentication no
UsePAM no
CONFIG
/usr/sbin/sshd -f "$DIR/config" -E "$DIR/log" < /dev/null`

async function until(done: () => boolean, output: () => string): Promise<void> {
  const limit = Date.now() + 10_000
  while (!done()) {
    if (Date.now() > limit) throw new Error(`server did not start: ${output()}`)
    await sleep(5)
  }
}
