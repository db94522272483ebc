#!/bin/sh
# Two gateways joined by a cable, each with a LAN behind it: keygate in the namespace "gate", strongSwan in "branch".
# As root, from the repository's root, after npm run build. Ends with the tunnel up; down.sh takes it all away.
set -eu
cd "$(dirname "$0")"

ip netns add gate
ip netns add branch
ip link add wan netns gate type veth peer name wan netns branch
ip -n gate link set lo up
ip -n gate link set wan up
ip -n gate address add 10.0.0.1/24 dev wan
ip -n gate address add 10.1.0.1/24 dev lo
ip -n branch link set lo up
ip -n branch link set wan up
ip -n branch address add 10.0.0.2/24 dev wan
ip -n branch address add 10.2.0.1/24 dev lo

STRONGSWAN_CONF=$PWD/strongswan.conf ip netns exec branch /usr/lib/ipsec/charon >branch.log 2>&1 &
echo $! >branch.pid
until [ -S /run/branch.vici ]; do sleep 0.1; done
SWANCTL_DIR=$PWD/swanctl swanctl --load-all --uri unix:///run/branch.vici

ip netns exec gate ../../build/linux/keygate --config gate.json >gate.log 2>&1 &
echo $! >gate.pid
until ip -n gate route show 10.2.0.0/24 | grep -q .; do sleep 0.1; done

# The first packet starts the negotiation, waits for it, and is sent when the tunnel is up.
ip netns exec gate ping -c 3 -I 10.1.0.1 10.2.0.1
ip netns exec gate curl -s -u "admin:choose your own" http://10.1.0.1/status.json
