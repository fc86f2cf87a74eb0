// A proxy and an https cache that are real programs of Debian: tinyproxy with a password, nginx with a certificate of a
// private CA. Unpacked once into the rig's cache. Only the proxy knows where cache.internal is.
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { debianMirror, hostSuite } from '../rig/available.ts'
import { cacheDir, rigDir } from '../rig/cache.ts'
import type { Machine } from '../rig/machine.ts'

const root = join(cacheDir, 'proxy-servers')

/** Downloads and unpacks the servers, once. */
export function prepareProxy(): void {
  if (existsSync(root)) return
  const debs = `${root}.debs`
  const unpacked = `${root}.new`
  for (const folder of [debs, unpacked]) rmSync(folder, { recursive: true, force: true })
  mkdirSync(unpacked, { recursive: true })
  const env = { ...process.env, RIG_CACHE: cacheDir, RIG_MIRROR: debianMirror() }
  const wanted = ['tinyproxy-bin', 'nginx-light']
  const args = [join(rigDir, 'debian.sh'), hostSuite() ?? '', 'amd64', debs, '/var/lib/dpkg/status', ...wanted]
  execFileSync('bash', args, { env })
  for (const deb of readdirSync(debs).filter((name) => name.endsWith('.deb')))
    execFileSync('dpkg', ['-x', join(debs, deb), unpacked])
  rmSync(debs, { recursive: true })
  renameSync(unpacked, root)
}

export interface ProxyServers {
  /** With user and password. */
  readonly proxy: string
  readonly password: string
  /** Store URL behind the proxy; its files are in /srv/cache. */
  readonly cache: string
  /** The CA's certificate. */
  readonly ca: string
  /** Requests that the proxy has passed on. */
  passedOn(): Promise<string>
}

/** Starts both in a machine that has the rig's cache bound. */
export async function startProxy(machine: Machine): Promise<ProxyServers> {
  const password = 'hush-hush'
  const script = `cd ${root} && for top in *; do if [ -d "$top" ]; then cp -a "$top/." "/$top/"; fi; done
    mkdir -p /srv/cache /var/lib/nginx /var/log/nginx; cd /srv; rm -f /etc/nginx/modules-enabled/*
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=private-ca -keyout ca.key -out ca.pem 2> /dev/null
    openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj /CN=cache.internal -keyout key.pem -out csr.pem 2> /dev/null
    echo subjectAltName=DNS:cache.internal > names
    openssl x509 -req -in csr.pem -CA ca.pem -CAkey ca.key -CAcreateserial -days 1 -extfile names -out cert.pem 2> /dev/null
    cat > nginx.conf <<'CONF'
user root; pid /run/nginx.pid; error_log /var/log/nginx.log; events { worker_connections 64; }
http { access_log off; server { listen 127.0.0.1:8443 ssl; ssl_certificate /srv/cert.pem; ssl_certificate_key /srv/key.pem; root /srv/cache;
  dav_methods PUT DELETE; create_full_put_path on; client_max_body_size 0; client_body_temp_path /srv/cache/.tmp; } }
CONF
    cat > proxy.conf <<'CONF'
Port 8888
Listen 127.0.0.1
Timeout 60
LogFile "/srv/proxy.log"
LogLevel Connect
BasicAuth job ${password}
CONF
    /usr/sbin/nginx -c /srv/nginx.conf
    { cat /etc/hosts; echo 127.0.0.1 cache.internal; } > hosts
    unshare -m sh -c 'mount --bind /srv/hosts /etc/hosts && exec tinyproxy -c /srv/proxy.conf'
    for try in $(seq 200); do if (exec 3<> /dev/tcp/127.0.0.1/8888) 2> /dev/null; then exit 0; fi; sleep 0.02; done; exit 1`
  await machine.sh(script, { user: 'root' })
  return {
    password,
    proxy: `http://job:${password}@127.0.0.1:8888`,
    cache: 'https://cache.internal:8443',
    ca: '/srv/ca.pem',
    passedOn: () => machine.sh('grep CONNECT /srv/proxy.log || true', { user: 'root' }),
  }
}
