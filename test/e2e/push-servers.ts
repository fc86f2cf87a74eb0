// Real servers for the push tests, from Debian's packages: nginx as a WebDAV cache with a password, and OpenStack Swift
// with its S3 API, which checks signatures. Unpacked once into the rig's cache, copied onto a machine where wanted.

import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { debianMirror } from '../rig/available.ts'
import { cacheDir, rig, rigDir } from '../rig/cache.ts'
import type { Machine } from '../rig/machine.ts'

const PACKAGES = ['swift-proxy', 'swift-account', 'swift-container', 'swift-object', 'memcached', 'nginx-light']
const root = join(cacheDir, 'push-servers')

/** Downloads and unpacks the servers, once. */
export function prepareServers(): void {
  if (existsSync(root)) return
  const debs = `${root}.debs`
  const unpacked = `${root}.new`
  for (const folder of [debs, unpacked]) rmSync(folder, { recursive: true, force: true })
  mkdirSync(unpacked, { recursive: true })
  const release = readFileSync('/etc/os-release', 'utf8')
  const suite = /VERSION_CODENAME=(\w+)/.exec(release)?.[1] ?? 'bookworm'
  const env = { ...process.env, RIG_CACHE: cacheDir, RIG_MIRROR: debianMirror() }
  execFileSync('bash', [join(rigDir, 'debian.sh'), suite, 'amd64', debs, '/var/lib/dpkg/status', ...PACKAGES], { env })
  for (const deb of readdirSync(debs).filter((name) => name.endsWith('.deb')))
    execFileSync('dpkg', ['-x', join(debs, deb), unpacked])
  rmSync(debs, { recursive: true })
  renameSync(unpacked, root)
}

/** Copies what was unpacked onto a machine that has the repository bound. */
const install = (machine: Machine): Promise<string> =>
  machine.sh(
    `[ ! -e /usr/sbin/nginx ] || exit 0; cd ${root} && for top in *; do if [ -d "$top" ]; then cp -a "$top/." "/$top/"; fi; done`,
    { user: 'root' },
  )

async function listening(machine: Machine, port: number, log: string): Promise<void> {
  for (let turn = 0; turn < 300; turn += 1) {
    const { code } = await machine.run(['bash', '-c', `exec 3<> /dev/tcp/127.0.0.1/${port}`])
    if (code === 0) return
    await sleep(100)
  }
  throw new Error(await machine.sh(`tail -n 50 ${log}`))
}

/** nginx with WebDAV and a password. @param limit as `client_max_body_size` has it */
export async function startNginx(machine: Machine, limit = '2g'): Promise<{ url: string; folder: string }> {
  await install(machine)
  const config = `user root; pid /run/nginx.pid; error_log /var/log/nginx.log;
    events { worker_connections 768; }
    http { access_log off; client_max_body_size ${limit}; client_body_temp_path /srv/dav/.tmp;
      server { listen 127.0.0.1:8081; root /srv/dav; auth_basic cache; auth_basic_user_file /srv/passwords;
        location / { dav_methods PUT DELETE; create_full_put_path on; } } }`
  await machine.sh(
    `mkdir -p /srv/dav/.tmp /var/lib/nginx /var/log/nginx
     printf 'ci:{PLAIN}hush-hush\\n' > /srv/passwords
     cat > /srv/nginx.conf; rm -f /etc/nginx/modules-enabled/*; /usr/sbin/nginx -c /srv/nginx.conf`,
    { input: config, user: 'root' },
  )
  await listening(machine, 8081, '/var/log/nginx.log')
  return { url: 'http://ci:hush-hush@127.0.0.1:8081', folder: '/srv/dav' }
}

export interface SwiftServer {
  /** Store URL of an empty bucket, without credentials. */
  readonly store: string
  readonly key: string
  readonly secret: string
  readonly endpoint: string
}

/** OpenStack Swift on one node, with its S3 API: a real server that checks SigV4. */
export async function startSwift(machine: Machine, bucket = 'nix-cache'): Promise<SwiftServer> {
  await install(machine)
  await machine.sh(swiftSetup, { user: 'root' })
  await listening(machine, 8082, '/var/log/swift-proxy')
  const account = { key: 'test:tester', secret: 'testing', endpoint: 'http://127.0.0.1:8082' }
  // aws4fetch, so that the bucket does not depend on the code under test
  const make = `import { AwsClient } from '${join(rigDir, '../../node_modules/aws4fetch/dist/aws4fetch.esm.mjs')}'
    const client = new AwsClient({ accessKeyId: '${account.key}', secretAccessKey: '${account.secret}', service: 's3', region: 'eu-test-1' })
    const answer = await client.fetch('${account.endpoint}/${bucket}', { method: 'PUT' })
    if (!answer.ok) throw new Error(answer.status + await answer.text())`
  await machine.run(['bash', '-c', 'cat > /srv/make.mjs'], { input: make })
  await machine.sh(`${rig.node24} /srv/make.mjs`)
  return { ...account, store: `s3://${bucket}?region=eu-test-1&endpoint=${account.endpoint}` }
}

const swiftSetup = `
id swift > /dev/null 2>&1 || echo 'swift:x:0:0::/srv:/bin/sh' >> /etc/passwd
rm -f /etc/swift/backups; mkdir -p /etc/swift/backups /srv/node/sda /var/cache/swift /run/swift; cd /etc/swift; rm -f *.conf
printf '[swift-hash]\\nswift_hash_path_prefix = rig\\nswift_hash_path_suffix = rig\\n' > swift.conf
n=0
for kind in account container object; do
  port=620$n; n=$((n+1))
  swift-ring-builder $kind.builder create 4 1 1 > /dev/null
  swift-ring-builder $kind.builder add r1z1-127.0.0.1:$port/sda 1 > /dev/null
  swift-ring-builder $kind.builder rebalance > /dev/null || [ $? = 1 ]
  cat > $kind-server.conf <<CONF
[DEFAULT]
bind_ip = 127.0.0.1
bind_port = $port
workers = 0
user = root
devices = /srv/node
mount_check = false
fallocate_reserve = 0
log_address = /dev/null
[pipeline:main]
pipeline = $kind-server
[app:$kind-server]
use = egg:swift#$kind
CONF
  nohup swift-$kind-server /etc/swift/$kind-server.conf --verbose > /var/log/swift-$kind 2>&1 < /dev/null &
done
cat > proxy-server.conf <<CONF
[DEFAULT]
bind_ip = 127.0.0.1
bind_port = 8082
workers = 0
user = root
[pipeline:main]
pipeline = catch_errors gatekeeper cache listing_formats s3api tempauth slo dlo proxy-server
[filter:catch_errors]
use = egg:swift#catch_errors
[filter:gatekeeper]
use = egg:swift#gatekeeper
[filter:cache]
use = egg:swift#memcache
memcache_servers = 127.0.0.1:11211
[filter:listing_formats]
use = egg:swift#listing_formats
[filter:s3api]
use = egg:swift#s3api
location = eu-test-1
[filter:tempauth]
use = egg:swift#tempauth
user_test_tester = testing .admin
[filter:slo]
use = egg:swift#slo
[filter:dlo]
use = egg:swift#dlo
[app:proxy-server]
use = egg:swift#proxy
account_autocreate = true
CONF
nohup memcached -u root -l 127.0.0.1 > /dev/null 2>&1 < /dev/null &
nohup swift-proxy-server /etc/swift/proxy-server.conf --verbose > /var/log/swift-proxy 2>&1 < /dev/null &
`
