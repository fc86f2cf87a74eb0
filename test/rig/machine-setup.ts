import { existsSync } from 'node:fs'
import { rig } from './cache.ts'
import type { Bind, MachineOptions } from './machine-options.ts'

/** What must be mounted, copied and run to furnish a machine. Values only: machine.ts does it. */
export interface Furniture {
  binds: Bind[]
  /** Folders copied over the root before it starts. */
  layers: string[]
  /** Bash, run by root once the machine is up. */
  script: string
}

/** Where a machine has the two nodes; the host's own may lie in a home that the machine's user cannot enter. */
export const nodePaths = { node24: '/opt/node24/bin/node', host: '/opt/node-of-host/bin/node' }

const hostHas = (path: string): boolean => existsSync(path)

export function furnish(options: MachineOptions): Furniture {
  const binds = [...(options.binds ?? [])]
  binds.push({ source: rig.node24, target: nodePaths.node24 }, { source: process.execPath, target: nodePaths.host })
  const layers: string[] = []
  // a job of the host may have left its lease, which is of no job of this machine
  const script = [accounts(), 'rm -rf /var/tmp/nix-multiarch']

  // Debian's Nix from 2.26 on is compiled to give builds this static shell as /bin/sh
  if (!hostHas('/usr/bin/bash-static'))
    binds.push({ source: rig.static('bash-static'), target: '/usr/bin/bash-static' })
  if (options.noSudo) script.push('rm -f /usr/bin/sudo')
  else if (!hostHas('/usr/bin/sudo')) layers.push(rig.tool('sudo'))
  if (options.ssh && !hostHas('/usr/sbin/sshd')) layers.push(rig.tool('ssh'))
  if (options.apt) {
    binds.push({ source: rig.aptRepo, target: '/opt/apt-repo' })
    script.push(
      "rm -rf /etc/apt/sources.list.d/*; echo 'deb [trusted=yes] file:/opt/apt-repo ./' > /etc/apt/sources.list",
    )
    script.push('rm -f /var/lib/man-db/auto-update') // rebuilding the manual's index takes longer than the packages
  }
  if (options.nix && options.nix !== 'none') {
    binds.push({ source: rig.nixPrefix(options.nix), target: `/opt/nix-${options.nix}` })
    script.push(nixSetup(options, `/opt/nix-${options.nix}`))
  }
  return { binds, layers, script: script.join('\n') }
}

/** The `runner` account of GitHub's images (uid 1001) with its sudo rule, and a name for the machine. */
function accounts(): string {
  return `
sed -i -e '/^runner:/d' -e '/^[^:]*:[^:]*:1001:/d' /etc/passwd /etc/group /etc/shadow
echo 'runner:x:1001:1001::/home/runner:/bin/bash' >> /etc/passwd
echo 'runner:x:1001:' >> /etc/group
echo 'runner:*:19000:0:99999:7:::' >> /etc/shadow
rm -rf /home/runner && mkdir -p /home/runner && chown 1001:1001 /home/runner
echo '127.0.0.1 localhost machine' > /etc/hosts
mkdir -p /etc/sudoers.d
echo 'runner ALL=(ALL) NOPASSWD:ALL' > /etc/sudoers.d/runner && chmod 440 /etc/sudoers.d/runner`
}

/** Debian's layout: programs in /usr/bin, configuration in /etc/nix, the daemon's build users as Debian names them. */
function nixSetup(options: MachineOptions, prefix: string): string {
  const daemon = options.nixFlavour === 'daemon'
  const owner = options.user === 'root' ? 'root' : 'runner'
  const conf = [
    'experimental-features = nix-command flakes',
    'substituters =',
    'sandbox = true',
    'sandbox-fallback = false',
    // Debian's 2.8.0 has no shell compiled in
    ...(options.nix === '2.8.0' ? ['sandbox-paths = /bin/sh=/usr/bin/bash-static'] : []),
    `build-users-group = ${daemon ? 'nixbld' : ''}`,
    options.nixConf ?? '',
  ].join('\n')
  return `
ln -s ${prefix}/bin/nix* /usr/bin/
mkdir -p /usr/libexec/nix /etc/nix /nix/store /nix/var/nix
ln -s ${prefix}/bin/nix /usr/libexec/nix/build-remote
if [ -e ${prefix}/libexec/nix-nswrapper ]; then ln -s ${prefix}/libexec/nix-nswrapper /usr/libexec/; fi
cat > /etc/nix/nix.conf <<'CONF'
${conf}
CONF
${daemon ? daemonSetup() : `chown -R ${owner}: /nix`}`
}

function daemonSetup(): string {
  return `
users=$(for n in 1 2 3 4 5 6 7 8 9 10; do echo "nixbld$n:x:$((30000 + n)):30000:Nix build user $n:/var/empty:/usr/sbin/nologin"; done)
echo "$users" >> /etc/passwd
echo "nixbld:x:30000:$(echo "$users" | cut -d: -f1 | paste -sd,)" >> /etc/group
chgrp nixbld /nix/store && chmod 1775 /nix/store
mkdir -p /nix/var/nix/daemon-socket
nix-daemon > /var/log/nix-daemon.log 2>&1 < /dev/null &
for try in $(seq 500); do if [ -S /nix/var/nix/daemon-socket/socket ]; then exit 0; fi; sleep 0.01; done
cat /var/log/nix-daemon.log >&2
exit 1`
}
