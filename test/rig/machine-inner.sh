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
unset ${!RIG_*}
echo ready
while read -r _; do :; done
