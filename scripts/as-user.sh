#!/bin/sh
# as-user.sh [--share-cache] COMMAND...: runs COMMAND in a copy of this checkout, as an ordinary user made for it.
#
# For root only. The user, its home and the copy are gone afterwards, and nothing else of the machine is changed. COMMAND's
# exit status is this script's; where that is 0, 1 instead if COMMAND left processes or temporary files behind.
# The user starts with nothing; with --share-cache, with a copy of root's cache of toolchains and images.
set -eu
cd "$(dirname -- "$0")/.."
# shellcheck source=scripts/setup/say.sh
. scripts/setup/say.sh
# shellcheck source=scripts/setup/node.sh
. scripts/setup/node.sh

make_user() {
  user=lab-$$
  # Not in /tmp, which is memory on some distributions. The path is short because a socket's must be.
  base=$(mktemp -d /var/tmp/lab-XXXXXX)
  trap clean_up EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM HUP
  useradd --home-dir "$base/home" --no-create-home --shell /bin/sh "$user" >&2
  uid=$(id -u "$user")
  gid=$(id -g "$user")
  chmod 755 "$base"
  for name in home checkout tmp; do
    install -d -m 700 -o "$uid" -g "$gid" "$base/$name"
  done
}

# node_modules and dist come along, so that the user need not install and build; .git does not.
copy_checkout() {
  tar --exclude=./.git --exclude=./coverage -cf - . |
    as_user tar --no-same-owner -xf - -C "$base/checkout"
}

copy_cache() {
  from=${XDG_CACHE_HOME:-$HOME/.cache}
  [ -d "$from/sriov-lab" ] || return 0
  as_user mkdir "$base/home/.cache"
  cp -a "$from/sriov-lab" "$base/home/.cache/"
  chown -Rh "$uid:$gid" "$base/home/.cache"
}

as_user() {
  setpriv --reuid "$uid" --regid "$gid" --init-groups "$@"
}

# What Debian gives its users (ENV_PATH of login.defs(5)), which lacks the folders of the system's own programs; and where Node and Go
# are, if they are elsewhere.
ordinary_path() {
  ordinary=/usr/local/bin:/usr/bin:/bin:/usr/local/games:/usr/games
  for program in go node; do
    file=$(command -v "$program") || continue
    case ":$ordinary:" in
      *":${file%/*}:"*) ;;
      *) ordinary=${file%/*}:$ordinary ;;
    esac
  done
  printf '%s\n' "$ordinary"
}

# What is the user's own business in the environment is the user's; the rest (proxies, certificates, CI) stays.
with_environment() {
  for name in $(env | sed -nE 's/^((npm_|XDG_|SUDO_)[A-Za-z0-9_]*)=.*/\1/p'); do
    unset "$name"
  done
  unset MAIL OLDPWD INIT_CWD
  env HOME="$base/home" USER="$user" LOGNAME="$user" SHELL=/bin/sh TMPDIR="$base/tmp" PATH="$path" "$@"
}

# shellcheck disable=SC2317 # the trap calls it
clean_up() {
  status=$?
  trap - EXIT INT TERM HUP
  if id "$user" >/dev/null 2>&1; then
    # What was left has been told by now.
    find /proc -maxdepth 1 -name '[0-9]*' -user "$user" -printf '%f\n' 2>/dev/null | while read -r pid; do
      kill -KILL "$pid" 2>/dev/null || true
    done
    # userdel refuses while a process of the user is still on its way out.
    userdel --force "$user" 2>/dev/null || say "could not remove the user $user"
  fi
  rm -rf "$base"
  exit "$status"
}

share_cache=no
if [ "${1-}" = --share-cache ]; then
  share_cache=yes
  shift
fi
[ $# -gt 0 ] || die 'usage: as-user.sh [--share-cache] COMMAND...'
[ "$(id -u)" -eq 0 ] || die 'as-user.sh makes a user, which root alone can; you are an ordinary user already'

make_user
path=$base/node/bin:$(ordinary_path)
copy_checkout
[ "$share_cache" = no ] || copy_cache
say "As the user $user, in $base/checkout: $*"
sh scripts/left-behind.sh before "$base/before"
status=0
with_environment unshare --mount --propagation private sh scripts/setup/ordinary-machine.sh "$base" "$uid" "$gid" "$@" ||
  status=$?
if ! sh scripts/left-behind.sh after "$base/before" "$base" && [ "$status" -eq 0 ]; then status=1; fi
exit "$status"
