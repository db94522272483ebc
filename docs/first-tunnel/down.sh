#!/bin/sh
# Ends what up.sh started.
cd "$(dirname "$0")"
for name in gate branch; do
	[ -f $name.pid ] && kill "$(cat $name.pid)"
	while [ -f $name.pid ] && kill -0 "$(cat $name.pid)" 2>/dev/null; do sleep 0.1; done
	ip netns delete $name
	rm -f $name.pid $name.log
done
rm -f /run/branch.vici
