#!/bin/sh
# Not every script uses the whole library; dash, bash and busybox all have -ef.
# shellcheck disable=SC2317,SC2034,SC3013
# traffic: the functions go back to the guest's first network namespace.
set -u
# lib/tap.sh stands here.

# lib/vf.sh stands here.

# lib/namespaces.sh stands here.

take_functions_back
is 'the functions are back' "$(echo /run/netns/*)" '/run/netns/*'
finish
