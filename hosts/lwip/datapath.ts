/** What a device's data path counts (datapath.c). */
import { counters as countersOf } from "../unit/datapath.js";

/** In the order of DatapathCounter (datapath.h). */
const counterNames = Object.freeze([
	"lan-no-connection", "no-frame", "too-long", "wan-no-socket", "wan-full", "wan-refused", "wan-fragmented", "wan-not-ours", "wan-kept-out",
	"nat-keepalives", "udp-runts", "ike-full", "ike-too-long", "http-flood", "javascript-slow-calls", "javascript-longest-us",
	// lwIP's own
	"ip-checksum", "ip-length", "ip-no-memory", "fragments-dropped", "arp-no-memory", "udp-checksum", "tcp-checksum", "tcp-no-memory", "packets-incomplete",
] as const);

/** What the data path dropped or met outside the packet engine, that is not 0. */
export function counters(): Iterable<{ readonly name: string; readonly value: number }> {
	return countersOf(counterNames);
}
