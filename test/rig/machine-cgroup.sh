# A control group for a machine whose process 1 is systemd, run on the host by machine-boot.ts. Prints its folder and
# lives as long as the pipe on its standard input; then it kills all that is left in the group and takes it away.
set -uo pipefail
group=$(mktemp -d "$RIG_CGROUP_ROOT/rig-XXXXXX") || exit 1
echo "$group"
cat > /dev/null
echo 1 > "$group/cgroup.kill"
# the kernel gives up a group some moments after its last process; the innermost first
for _ in $(seq 1000); do
  find "$group" -depth -type d -exec rmdir {} + 2> /dev/null
  [ -e "$group" ] || exit 0
  sleep 0.01
done
echo "cannot remove $group" >&2
exit 1
