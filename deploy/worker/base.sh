#!/usr/bin/env bash
# Makes a small Debian with Node and npm, the base where no image registry can be reached, as the tar file $2.
# $1 is the folder that stage.sh filled. Needs root (or user namespaces with subordinate ids) and mmdebstrap.
set -euo pipefail
command -v mmdebstrap >/dev/null || { echo "mmdebstrap is not installed" >&2; exit 69; }
# In a process group of its own: when mmdebstrap fails it sends SIGHUP to its whole group, which would be ours.
set -m
mmdebstrap --quiet --variant=minbase --format=tar \
  --include=git,tmux,ca-certificates,ripgrep,curl,less,procps \
  --aptopt='Acquire::Languages "none"' \
  --dpkgopt='path-exclude=/usr/share/man/*' \
  --dpkgopt='path-exclude=/usr/share/locale/*' \
  --dpkgopt='path-exclude=/usr/share/doc/*' \
  --dpkgopt='path-include=/usr/share/doc/*/copyright' \
  --customize-hook="sync-in '$1/node' /usr/local" \
  bookworm "$2" </dev/null &
trap 'kill -- "-$!"' TERM INT HUP
wait "$!"
