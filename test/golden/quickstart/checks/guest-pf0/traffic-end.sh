#!/bin/sh
# Not every script uses the whole library. dash, bash and busybox all support -ef.
# shellcheck disable=SC2317,SC2034,SC3013
# traffic: returns the functions to the guest's initial network namespace. Runs in the guest.
set -u
# lib/tap.sh stands here.

# lib/vf.sh stands here.

# lib/namespaces.sh stands here.

take_functions_back
is 'the functions are back' "$(echo /run/netns/lab-*)" '/run/netns/lab-*'
finish
