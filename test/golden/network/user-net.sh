#!/bin/sh
# Makes the networks and peers of the lab user-net. Runs inside the lab’s own namespaces, where nothing can clash
# and nothing outlives the lab.
set -eu

ip link set lo up

# The gateway of a user network, 10.0.2.2, is 127.0.0.1 here. The second address is for the programs that serve there: getaddrinfo(3)
# with AI_ADDRCONFIG takes a computer that has nothing but 127.0.0.1 for one without IPv4.
ip address add 192.0.2.1/32 dev lo
