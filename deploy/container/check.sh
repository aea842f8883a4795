#!/usr/bin/env bash
# Builds the image and runs it without a Docker engine. Needs root, Node, buildah, podman, crun and
# mmdebstrap. The last line is "N passed, N failed".
set -euo pipefail
cd "$(dirname "$0")/../.."

if [ "${1:-}" != inside ]; then exec unshare --mount bash "$PWD/deploy/container/check.sh" inside; fi
# In this mount namespace only: crun refuses a machine that mixes version 1 and 2 of cgroups.
umount /sys/fs/cgroup/unified 2>/dev/null || true
exec node deploy/container/check.mjs
