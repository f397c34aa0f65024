#!/bin/bash
# Asks the worker, which the agent cannot reach into, whether a tool call may run. Nothing but its `allow` lets it: a worker that does not
# answer, or an end of this program before its own, is a refusal (exit code 2, for both CLIs).
set -u
export LC_ALL=C
trap 'exit 2' TERM INT HUP
{ exec 3<>/dev/tcp/127.0.0.1/3129; } 2>/dev/null || { echo 'The rules for tool calls cannot be asked just now.' >&2; exit 2; }
{ /usr/bin/tr -d '\n\r'; echo; } >&3 || exit 2
IFS= read -r -t 3600 verdict <&3 || { echo 'Nobody answered whether this may run.' >&2; exit 2; }
[ "$verdict" = allow ] && exit 0
echo "$verdict" >&2
exit 2
