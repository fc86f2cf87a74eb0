# First half of a machine's start, run by machine.ts as root in a private mount namespace: lays the new root out and
# pivots into it. The second half (machine-inner.sh) runs in the machine's own user namespace.
# Mounts made here belong to the host's user namespace; the machine's root can neither lift nor change them.
set -euo pipefail

# memory-backed, so that nothing is left behind however the machine ends
mount -t tmpfs -o "size=$RIG_SIZE,mode=755" rig "$RIG_MOUNT"
mkdir "$RIG_MOUNT"/{upper,work,root}
exec 9<"$RIG_MOUNT/upper" # lets the test read what was changed: /proc/PID/fd/9
root=$RIG_MOUNT/root
mount -t overlay overlay -o "lowerdir=/,upperdir=$RIG_MOUNT/upper,workdir=$RIG_MOUNT/work" "$root"

mount --bind /proc "$root/proc"
mount --bind /sys "$root/sys"
mount -o remount,bind,ro "$root/sys"
flags=()
if [ -n "$RIG_CGROUP" ]; then # for systemd: a tree of its own, writable
  echo $$ > "$RIG_CGROUP/cgroup.procs"
  mount --bind "$RIG_CGROUP" "$root/sys/fs/cgroup"
  flags=(--cgroup)
fi
mount -t tmpfs -o mode=755 run "$root/run"
mount -t tmpfs -o mode=1777 tmp "$root/tmp"
mkdir -p "$root/run/lock" && chmod 1777 "$root/run/lock"

mount -t tmpfs -o mode=755 dev "$root/dev"
for node in null zero full random urandom tty fuse $RIG_DEVICES; do
  if [ -e "/dev/$node" ]; then touch "$root/dev/$node" && mount --bind "/dev/$node" "$root/dev/$node"; fi
done
mkdir "$root"/dev/{pts,shm}
mount -t devpts -o newinstance,ptmxmode=0666,mode=0620,gid=5 devpts "$root/dev/pts"
mount -t tmpfs -o mode=1777 shm "$root/dev/shm"
ln -s pts/ptmx "$root/dev/ptmx"
ln -s /proc/self/fd "$root/dev/fd"
for stream in 0:stdin 1:stdout 2:stderr; do ln -s "/proc/self/fd/${stream%:*}" "$root/dev/${stream#*:}"; done

while IFS=$'\t' read -r mode source target; do
  [ -n "$mode" ] || continue
  if [ -d "$source" ]; then
    mkdir -p "$root$target"
  elif [ ! -e "$root$target" ]; then
    mkdir -p "$(dirname "$root$target")" && touch "$root$target"
  fi
  mount --bind "$source" "$root$target"
  if [ "$mode" = ro ]; then mount -o remount,bind,ro "$root$target"; fi
done <<<"$RIG_BINDS"

while read -r layer; do
  if [ -n "$layer" ]; then cp -a "$layer/." "$root/"; fi
done <<<"$RIG_LAYERS"

cd "$root"
mkdir .old
pivot_root . .old
umount -l /.old
rmdir /.old
cd /
exec unshare --user --pid --fork --kill-child --mount --propagation unchanged --uts --ipc --net "${flags[@]}" \
  bash -c 'exec 9<&-; read -r _ && exec bash -c "$RIG_INNER" init' init
