# Second half of a machine's start and then its process 1, in its own user, PID, mount, network, UTS and IPC namespaces.
# machine.ts has mapped the ids. It lives as long as the pipe on its standard input: when the test's process ends, in
# whatever way, the pipe closes, process 1 ends, and the kernel kills everything in the machine and drops its mounts.
set -euo pipefail

mount -t proc proc /proc
case $RIG_BINFMT in
  own) mount -t binfmt_misc binfmt_misc /proc/sys/fs/binfmt_misc ;;
  read-only)
    mount -t binfmt_misc binfmt_misc /proc/sys/fs/binfmt_misc
    mount -o remount,bind,ro /proc/sys/fs/binfmt_misc
    ;;
  none) ;;
esac
if [ "$RIG_SYSCTL_READ_ONLY" = true ]; then mount --bind /proc/sys /proc/sys && mount -o remount,bind,ro /proc/sys; fi

hostname machine
ip link set lo mtu 1500 up
if [ "$RIG_NETWORK" = address ]; then
  # with nothing but the loopback address Nix believes that there is no Internet and turns substituters off
  ip link add v0 type veth peer name v1
  ip address add 192.0.2.1/24 dev v0
  ip link set v0 up
  ip link set v1 up
fi
group=$RIG_CGROUP
unset ${!RIG_*}
echo ready
if [ -n "$group" ]; then
  # The sysctls that systemd sets belong to the host: read-only until it has started (machine.ts lifts that). What would
  # register emulators, empty folders or look for devices is not started.
  mount --bind /proc/sys /proc/sys && mount -o remount,bind,ro /proc/sys
  for unit in systemd-binfmt.service proc-sys-fs-binfmt_misc.{automount,mount} systemd-sysctl.service \
    systemd-tmpfiles-{setup,setup-dev,clean}.service timers.target systemd-udevd.service \
    systemd-udev-trigger.service systemd-remount-fs.service systemd-modules-load.service tmp.mount \
    dev-{hugepages,mqueue}.mount sys-{kernel-{debug,tracing,config},fs-fuse-connections}.mount; do
    mkdir -p /run/systemd/system && ln -s /dev/null "/run/systemd/system/$unit"
  done
  exec env -i PATH="$PATH" container=rig /lib/systemd/systemd --system --unit=basic.target systemd.hostname=machine --show-status=no < /dev/null > /dev/null 2>&1
fi
while read -r _; do :; done
