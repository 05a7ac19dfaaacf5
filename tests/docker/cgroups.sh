#!/bin/sh
# Give dockerd the control groups that it wants, in this namespace of mounts, where the machine has mounted none.
set -eu
if ! grep -q ' /sys/fs/cgroup' /proc/mounts; then
    mkdir -p /sys/fs/cgroup
    if grep -q '^nodev.cgroup2$' /proc/filesystems; then
        mount -t cgroup2 cgroup2 /sys/fs/cgroup
    else
        mount -t tmpfs cgroup /sys/fs/cgroup
        for name in $(awk '!/^#/ && $4 == 1 { print $1 }' /proc/cgroups); do
            mkdir -p "/sys/fs/cgroup/$name"
            mount -t cgroup -o "$name" cgroup "/sys/fs/cgroup/$name"
        done
    fi
fi
