// node tests/bench/powercut.mjs: 16 tunnels to 8 peers, all up; every gateway dies at once, and all start again: how long until every tunnel is there.
import { document, Gateway } from "./gateways.mjs";

const peers = 8;
const each = 2;
const rounds = 3;

/** The hub's connections with a spoke, or the spoke's with the hub. */
function connections(spoke, hub) {
	return Array.from({ length: each }, (_, i) => {
		const number = spoke * each + i;
		const own = `10.200.${number}.0/24`, remote = `10.${100 + number}.0.0/16`;
		return {
			name: `net-${number}`, localNetwork: hub ? own : remote, remoteNetwork: hub ? remote : own,
			phase2Proposals: [{ protocol: "esp", encryption: "aes-128-gcm-16" }], pfs: 14, start: "always"
		};
	});
}

const phase1Proposals = [{ encryption: "aes-256-cbc", hash: "sha256", dhGroup: 14 }];
const hub = new Gateway(1, document(1, Array.from({ length: peers }, (_, i) => ({
	name: `spoke-${i}`, remoteGateway: `127.0.0.${11 + i}`, phase1Proposals, connections: connections(i, true)
}))));
const spokes = Array.from({ length: peers }, (_, i) => new Gateway(11 + i, document(11 + i, [
	{ name: "hub", remoteGateway: "127.0.0.1", phase1Proposals, connections: connections(i, false) }
])));

const times = [];
for (let round = 0; round <= rounds; round++) {
	const began = performance.now();
	await Promise.all([hub, ...spokes].map((gateway) => gateway.start()));
	// every connection of its own: pairs that both sides began count once
	for (;;) {
		const { securityAssociations } = await hub.status();
		const up = new Set(securityAssociations.filter(({ direction }) => direction === "Outgoing").map(({ connection }) => connection));
		if (up.size === peers * each)
			break;
		if (performance.now() - began > 120000)
			throw new Error(`only ${up.size} after two minutes:\n${await hub.command("log")}`);
		await new Promise((resolve) => setTimeout(resolve, 20));
	}
	if (round > 0)
		times.push(performance.now() - began);
	await Promise.all([hub, ...spokes].map((gateway) => gateway.stop(round === rounds ? "SIGTERM" : "SIGKILL")));
}
console.log(`${peers * each} tunnels to ${peers} peers, all of group 14, after a power cut at all ends: ${times.map((time) => `${(time / 1000).toFixed(2)} s`).join(", ")}`);
