#!/usr/bin/env bash
# Fetches the agent CLIs (and Node and npm) that package-lock.json pins, and lays them out in the folder $1:
#   build/  the build context: Dockerfile, and rootfs/ as it is copied onto the base
#   node/   Node and npm as they go under /usr/local of a base that is made here
# No install script runs: both CLIs start from the native program that npm brings.
set -euo pipefail
umask 022 # the folders' modes become those of / and /usr in the image
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
stage=$1

mkdir -p "$stage/npm" "$stage/build/rootfs/opt/agents" "$stage/build/rootfs/usr/local/bin" "$stage/node/bin" "$stage/node/lib/node_modules"
cp "$here/package.json" "$here/package-lock.json" "$stage/npm/"
(cd "$stage/npm" && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error >&2)

# Exactly one platform's package of each is installed: npm picks it by os, cpu and libc.
modules=$stage/npm/node_modules
agents=$stage/build/rootfs/opt/agents
mv "$modules"/@anthropic-ai/claude-code-linux-* "$agents/claude"
mv "$modules"/@openai/codex-linux-*/vendor/* "$agents/codex"
rm -rf "$agents/codex/codex-resources/voice" # microphone support
ln -s /opt/agents/claude/claude /opt/agents/codex/bin/codex "$stage/build/rootfs/usr/local/bin/"
cp "$here/Dockerfile" "$stage/build/"

mv "$modules"/node-linux-*/bin/node "$stage/node/bin/node"
mv "$modules/npm" "$stage/node/lib/node_modules/npm"
ln -s ../lib/node_modules/npm/bin/npm-cli.js "$stage/node/bin/npm"
ln -s ../lib/node_modules/npm/bin/npx-cli.js "$stage/node/bin/npx"
