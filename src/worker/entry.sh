#!/bin/bash
# The container's main process, under docker-init: tmux with the worker in its one pane. Ends with the worker's exit code.
# The session is what a person attaches to; /run/agent belongs to uid 0 alone, so the agent reaches neither tmux nor the code.
set -u
export TMUX_TMPDIR=/run/agent LANG=C.UTF-8
trap 'tmux kill-server 2>/dev/null; exit 143' TERM INT
pane='node --disable-warning=ExperimentalWarning /opt/signalbox/main.ts; echo $? >/run/agent/code; tmux wait-for -S done'
tmux -f /opt/signalbox/tmux.conf new-session -d -s agent -x 120 -y 40 "$pane" || exit 70
tmux wait-for done &
wait $!
exit "$(cat /run/agent/code 2>/dev/null || echo 1)"
