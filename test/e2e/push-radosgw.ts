// Ceph's radosgw, a real S3 with a real STS, on a cluster of one monitor and one disk in memory, from Debian's packages.
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { debianMirror, hostSuite } from '../rig/available.ts'
import { cacheDir, rigDir } from '../rig/cache.ts'
import type { Machine } from '../rig/machine.ts'

const root = join(cacheDir, 'radosgw')

/** Downloads and unpacks it, once. */
export function prepareRadosgw(): void {
  if (existsSync(root)) return
  const [debs, unpacked] = [`${root}.debs`, `${root}.new`]
  for (const folder of [debs, unpacked]) rmSync(folder, { recursive: true, force: true })
  mkdirSync(unpacked, { recursive: true })
  const env = { ...process.env, RIG_CACHE: cacheDir, RIG_MIRROR: debianMirror() }
  const wanted = ['radosgw', 'ceph-mon', 'ceph-osd']
  const args = [hostSuite() ?? 'bookworm', 'amd64', debs, '/var/lib/dpkg/status', ...wanted]
  execFileSync('bash', [join(rigDir, 'debian.sh'), ...args], { env })
  for (const deb of readdirSync(debs).filter((name) => name.endsWith('.deb')))
    execFileSync('dpkg', ['-x', join(debs, deb), unpacked])
  rmSync(debs, { recursive: true })
  renameSync(unpacked, root)
}

export const ACCOUNT = { key: 'rig-key', secret: 'rig-secret', endpoint: 'http://127.0.0.1:8083', region: 'us-east-1' }

/** Starts it on a machine that has the repository bound. A session of its STS may be as short as a second. */
export async function startRadosgw(machine: Machine): Promise<void> {
  await machine.sh(setup, { user: 'root', timeout: 120_000 })
}

const libraries = join(root, 'usr/lib/x86_64-linux-gnu')
const setup = `set -e
W=/srv/ceph; mkdir -p $W/mon $W/osd; cd $W
export LD_LIBRARY_PATH=${libraries}:${libraries}/ceph:${root}/usr/lib:${root}/lib/x86_64-linux-gnu
export PATH=${root}/usr/bin:$PATH CEPH_CONF=$W/ceph.conf PYTHONPATH=${root}/usr/lib/python3/dist-packages
mon='[v2:127.0.0.1:3300,v1:127.0.0.1:6789]' id=11111111-2222-3333-4444-555555555555
cat > ceph.conf <<CONF
[global]
fsid = $id
mon host = $mon
keyring = $W/keyring
public addr = 127.0.0.1
cluster addr = 127.0.0.1
mon allow pool size one = true
mon max pg per osd = 10000
mon data = $W/mon
mon data avail crit = 0
osd data = $W/osd
osd objectstore = memstore
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 1
osd pool default pg autoscale mode = off
osd crush chooseleaf type = 0
run dir = $W
admin socket =
plugin dir = ${libraries}/ceph
erasure code dir = ${libraries}/ceph/erasure-code
osd class dir = ${libraries}/rados-classes
log file = $W/\\$name.log
pid file = $W/\\$name.pid
rgw data = $W
rgw s3 auth use sts = true
rgw sts key = sixteen-letters-
rgw sts min session duration = 1
rgw frontends = beast endpoint=127.0.0.1:8083
CONF
ceph-authtool --create-keyring keyring --gen-key -n mon. --cap mon 'allow *'
ceph-authtool keyring --gen-key -n client.admin --cap mon 'allow *' --cap osd 'allow *'
monmaptool --create --addv a "$mon" --fsid $id monmap
ceph-mon -i a --mkfs --monmap monmap --keyring keyring
ceph-mon -i a
ceph="timeout 60 python3 ${root}/usr/bin/ceph"
disk=22222222-2222-3333-4444-555555555555
$ceph osd new $disk
$ceph auth get-or-create osd.0 mon 'allow profile osd' osd 'allow *' >> keyring
ceph-osd -i 0 --mkfs --osd-uuid $disk
ceph-osd -i 0
timeout 60 radosgw-admin user create --uid rig --display-name rig --access-key ${ACCOUNT.key} --secret ${ACCOUNT.secret} --caps 'roles=*'
nohup radosgw -f -n client.admin > radosgw.out 2>&1 < /dev/null &
for n in $(seq 300); do exec 3<> /dev/tcp/127.0.0.1/8083 && exit 0; sleep 0.1; done 2> /dev/null
tail -n 50 $W/*.log; exit 1`

/** A script that makes a bucket, takes a role for so many seconds and prints the session's credentials as JSON. */
export const assumeRole = (repository: string, seconds: number): string => `
  import { AwsClient } from '${repository}/node_modules/aws4fetch/dist/aws4fetch.esm.mjs'
  const account = { accessKeyId: '${ACCOUNT.key}', secretAccessKey: '${ACCOUNT.secret}', region: '${ACCOUNT.region}', retries: 0 }
  const send = async (service, path, method, body) => {
    const headers = service === 'sts' ? { 'content-type': 'application/x-www-form-urlencoded' } : {}
    const answer = await new AwsClient({ ...account, service }).fetch('${ACCOUNT.endpoint}' + path, { method, body, headers })
    const text = await answer.text()
    if (!answer.ok && answer.status !== 409) throw new Error(answer.status + text)
    return text
  }
  const sts = (parameters) => send('sts', '/', 'POST', new URLSearchParams({ Version: '2011-06-15', ...parameters }).toString())
  const policy = (more) => JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', ...more }] })
  const trust = policy({ Principal: { AWS: ['arn:aws:iam:::user/rig'] }, Action: ['sts:AssumeRole'] })
  await sts({ Action: 'CreateRole', RoleName: 'push', Path: '/', AssumeRolePolicyDocument: trust })
  await sts({ Action: 'PutRolePolicy', RoleName: 'push', PolicyName: 'all', PolicyDocument: policy({ Action: ['s3:*'], Resource: '*' }) })
  const xml = await sts({ Action: 'AssumeRole', RoleArn: 'arn:aws:iam:::role/push', RoleSessionName: 'session', DurationSeconds: '${seconds}' })
  const get = (name) => new RegExp('<' + name + '>([^<]*)<').exec(xml)[1]
  const session = { accessKeyId: get('AccessKeyId'), secretAccessKey: get('SecretAccessKey'), sessionToken: get('SessionToken') }
  Object.assign(account, session)
  await send('s3', '/role-cache', 'PUT')
  console.log(JSON.stringify(session))`
