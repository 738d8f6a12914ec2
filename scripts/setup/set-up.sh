# shellcheck shell=sh
# Sourced from the project's folder, after say.sh.

# set_up quickstart|verify: what a bare clone lacks for the one or the other. Afterwards `node` in PATH is recent enough.
set_up() {
  # shellcheck source=scripts/setup/node.sh
  . scripts/setup/node.sh
  sh scripts/setup/packages.sh "$1"
  sh scripts/setup/dependencies.sh
  sh scripts/setup/build.sh
}
