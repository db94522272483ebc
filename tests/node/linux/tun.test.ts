// Two gateways with TUN devices and native ESP, in network namespaces of this user's own: no root, nothing of the machine's is touched.
import test from "ava";
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { executable, folder, Running, settings } from "./gateways.js";

/**
 * A and B are joined by a veth pair; each has its LAN address on its loopback. What goes over the wire to or from a LAN address in clear is
 * captured. Lines "NAME: value" tell what was seen.
 */
const script = `
set -e
cd "$1"; keygate=$2
ip link set lo up
unshare -n sleep 50 & B=$!
until [ "$(readlink /proc/$B/ns/net)" != "$(readlink /proc/self/ns/net)" ]; do sleep 0.01; done
b() { nsenter -t $B -n "$@"; }
ip link add wan0 type veth peer name wan0 netns $B
ip addr add 10.0.0.1/24 dev wan0; ip addr add 10.1.0.1/24 dev lo; ip link set wan0 up
b ip link set lo up; b ip addr add 10.0.0.2/24 dev wan0; b ip addr add 10.2.0.1/24 dev lo; b ip link set wan0 up
ip route add default via 10.0.0.2
ip route add 10.2.0.0/24 via 10.0.0.2
python3 capture.py >capture & C=$!
until grep -q listening capture; do sleep 0.02; done
"$keygate" --config 1.json --fault heap 2>a.log & A=$!
until grep -q 'pages on' a.log; do kill -0 $A || { cat a.log; exit 1; }; sleep 0.02; done
echo "link: $(ip -o link show dev keygate0 | tr -d '\\n')"
echo "routes: $(ip route show 10.2.0.0/24 | tr '\\n' ';')"
echo "chosen: $(ip route get 10.2.0.9 | head -1)"
ping -c 2 -i 0.2 -W 0.3 10.2.0.1 >/dev/null && echo "alone: answered" || echo "alone: no answer"
nsenter -t $B -n "$keygate" --config 2.json 2>b.log & E=$!
until grep -q 'pages on' b.log; do kill -0 $E || { cat b.log; exit 1; }; sleep 0.02; done
sleep 0.1
ping -c 5 -i 0.2 -W 5 10.2.0.1 >ping.log || true
echo "ping: $(grep transmitted ping.log)"
ping -c 1 -M do -s 1372 10.2.0.1 >/dev/null && echo "fits: yes"
ping -c 1 -s 4000 10.2.0.1 >/dev/null && echo "fragments: yes"
b timeout 20 python3 datagrams.py receive >datagrams & D=$!
until grep -q ready datagrams; do sleep 0.02; done
python3 datagrams.py send
wait $D || true
grep : datagrams
kill -USR1 $A
until grep -q 'restarted' a.log; do sleep 0.01; done
ping -c 3 -i 0.2 -W 5 10.2.0.1 >ping.log || true
echo "restarted: $(grep transmitted ping.log)"
kill -TERM $A; wait $A && echo "status: 0" || echo "status: $?"
echo "left: $(ip -o link show dev keygate0 2>/dev/null)$(ip route show 10.2.0.0/24 dev keygate0 2>/dev/null)"
kill -TERM $E; wait $E || true
sleep 0.2
kill $C; wait $C || true
grep : capture
kill $B
`;

/** Counts what goes over A's wire: ESP, and what has a LAN address outside. */
const capture = `
import signal, socket
wire = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
wire.bind(("wan0", 0))
seen = {"esp": 0, "clear": 0}
def end(*_):
    for name, count in seen.items():
        print(f"{name}: {count}", flush=True)
    raise SystemExit
signal.signal(signal.SIGTERM, end)
print("listening", flush=True)
while True:
    frame = wire.recv(65536)
    packet = frame[14:]
    if frame[12:14] != b"\\x08\\x00":
        continue
    if packet[9] == 50:
        seen["esp"] += 1
    if any(packet[at:at + 2] in (b"\\x0a\\x01", b"\\x0a\\x02") for at in (12, 16)):
        seen["clear"] += 1
`;

/**
 * Datagrams that the kernel gets, and TUN devices take, as one (UDP_SEGMENT, USO): twenty times eleven, the last of each shorter. All carry their number. "datagrams": how
 * many of them came as they were sent.
 */
const datagrams = `
import socket, sys
there = ("10.2.0.1", 7777)
sizes = [500] * 10 + [333]
wire = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
def one(number):
    return (number.to_bytes(4, "big") * 125)[:sizes[number % 11]]
if sys.argv[1] == "receive":
    wire.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
    wire.bind(there)
    wire.settimeout(10)
    print("ready", flush=True)
    right = 0
    try:
        for number in range(220):
            right += wire.recv(65536) == one(number)
    except socket.timeout:
        pass
    print(f"datagrams: {right}", flush=True)
else:
    wire.setsockopt(17, 103, 500)
    for first in range(0, 220, 11):
        wire.sendto(b"".join(one(first + i) for i in range(11)), there)
`;

const possible = spawnSync("unshare", ["-Urnpf", "--mount-proc", "true"]).status === 0;

(possible ? test : test.skip)("TUN devices and native ESP: device, routes before others', pings, datagrams in runs, a restart, and nothing in clear (needs unshare -Urnpf)", async (t) => {
	t.timeout(60000);
	const here = folder();
	for (const side of [1, 2] as const) {
		const document = settings({ folder: here, ikePort: 500, natTraversalPort: 4500 }, side,
			{ wanAddress: `10.0.0.${side}`, tunnelInterface: "keygate0", http: { address: `10.${side}.0.1`, port: 80 } },
			{ remoteGateway: `10.0.0.${3 - side}`, natTraversal: "auto" });
		writeFileSync(join(here, `${side}.json`), JSON.stringify(document));
	}
	writeFileSync(join(here, "script"), script);
	writeFileSync(join(here, "capture.py"), capture);
	writeFileSync(join(here, "datagrams.py"), datagrams);
	const running = new Running(["unshare", "-Urnpf", "--mount-proc", "--kill-child", "sh", join(here, "script"), here, executable]);
	t.is(await running.end(60000), 0, running.out + running.error);
	const seen = Object.fromEntries(running.out.split("\n").filter((line) => line.includes(": ")).map((line) => [line.slice(0, line.indexOf(":")), line.slice(line.indexOf(":") + 2)]));
	t.regex(seen["link"]!, /keygate0: <POINTOPOINT,[^>]*\bUP\b[^>]*> mtu 1500 /);
	t.regex(seen["routes"]!, /^10\.2\.0\.0\/24 dev keygate0 proto static scope link src 10\.1\.0\.1 *;10\.2\.0\.0\/24 via 10\.0\.0\.2 dev wan0 *;$/, "ours stands before another route to the same network");
	t.regex(seen["chosen"]!, /dev keygate0/);
	t.is(seen["alone"], "no answer");
	t.regex(seen["ping"]!, /^5 packets transmitted, 5 received, 0% packet loss/);
	t.is(seen["fits"], "yes");
	t.is(seen["fragments"], "yes");
	t.is(seen["datagrams"], "220", "datagrams that were one for the kernel are cut, sealed, opened and joined again");
	t.regex(seen["restarted"]!, /^3 packets transmitted, 3 received, 0% packet loss/);
	t.is(seen["status"], "0");
	t.is(seen["left"], "", "the device and its routes go with the gateway");
	t.is(seen["clear"], "0");
	t.true(Number(seen["esp"]) >= 2 * 10, `${seen["esp"]} ESP packets`);
});
