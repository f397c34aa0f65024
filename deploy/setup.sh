#!/usr/bin/env bash
# Brings what sessions run on: git, tmux, prlimit, a Docker engine that answers, and mmdebstrap where the worker image has to be made without an
# image registry; with --browser also the Chromium that tests look at the page with. Does it as root on Debian; anywhere else it says what is lacking and exits 69. With nothing to do it is silent.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
log=${SIGNALBOX_DOCKERD_LOG:-/var/log/signalbox-dockerd.log}

say() { echo "signalbox setup: $*" >&2; }
die() { say "$*"; exit 69; }
has() { command -v "$1" >/dev/null; }
engine_answers() { has docker && timeout 10 docker version >/dev/null 2>&1; }

may_install() { [[ $(id -u) == 0 ]] && has apt-get; }

install() {
  may_install || die "lacking: $*. Run this as root on Debian, or install it yourself (Debian: apt-get install $*)"
  say "installing $*"
  local words
  words=$(mktemp)
  if ! { apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends -o DPkg::Lock::Timeout=300 "$@"; } >"$words" 2>&1 </dev/null; then
    tail -n 5 "$words" >&2
    rm -f "$words"
    die "apt-get could not install $*; its last words are above"
  fi
  rm -f "$words"
}

# Becomes the engine: detached, with none of our descriptors, so that whoever reads our output to its end need not wait for the engine's.
become_engine() {
  for fd in /proc/self/fd/*; do
    fd=${fd##*/}
    if ((fd > 2)); then eval "exec $fd>&-"; fi
  done
  exec setsid dockerd </dev/null >>"$log" 2>&1
}

# A killed engine leaves its pid file, and the next one refuses to start while anything has that pid, even a process not yet reaped.
forget_dead_engine() {
  local pid name='' state=''
  pid=$(cat /var/run/docker.pid 2>/dev/null) || return 0
  read -r _ name state _ 2>/dev/null <"/proc/$pid/stat" || true
  [[ $name == '(dockerd)' && $state != Z ]] || rm -f /var/run/docker.pid
}

launch_engine() { # its pid is start_engine's
  forget_dead_engine
  become_engine &
  pid=$!
  disown
}

start_engine() {
  [[ -z ${DOCKER_HOST-} ]] || die "the Docker engine at DOCKER_HOST=$DOCKER_HOST does not answer: start it, or unset DOCKER_HOST to use this machine's"
  may_install || die "no Docker engine answers: $(timeout 10 docker version 2>&1 >/dev/null | tail -n 1). Start it (systemctl start docker), or join the group docker if it runs already"
  has dockerd || install docker.io # a client alone is no engine
  if engine_answers; then return; fi
  say "starting the Docker engine"
  local pid='' words="journalctl -u docker says why"
  if has systemctl && [[ -d /run/systemd/system ]]; then
    systemctl start docker || die "systemd could not start docker: $words"
  else
    words="all it said is in $log"
    launch_engine
  fi
  local again=2 # what a killed engine left may stop the next one once: its containerd is not reaped yet
  for _ in {1..120}; do
    if engine_answers; then return; fi
    if [[ -n $pid ]] && ! kill -0 "$pid" 2>/dev/null; then
      ((again-- > 0)) || break
      sleep 1
      launch_engine
    fi
    sleep 0.5
  done
  [[ -z $pid ]] || tail -n 1 "$log" >&2
  die "the Docker engine did not come up: $words"
}

# The same hash as imageTag() in src/runtime/image.ts.
image_is_to_be_made() {
  local hash
  hash=$(cd "$here/worker" && LC_ALL=C && cat -- * | sha256sum)
  ! docker image inspect "signalbox-worker:${hash:0:16}" >/dev/null 2>&1
}
registry_answers() { docker image inspect node:24-bookworm >/dev/null 2>&1 || timeout 10 docker manifest inspect node:24-bookworm >/dev/null 2>&1; }

lacking=()
[[ ${1-} != --browser ]] || has chromium || lacking+=(chromium)
for tool in git tmux; do has "$tool" || lacking+=("$tool"); done
has docker || lacking+=(docker.io)
has prlimit || lacking+=(util-linux) # git is started through it
[[ ${#lacking[@]} == 0 ]] || install "${lacking[@]}"
engine_answers || start_engine
if ! has mmdebstrap && image_is_to_be_made && ! registry_answers; then install mmdebstrap; fi
