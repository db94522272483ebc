/** Hosts behind both gateways, whose packets are forwarded into the tunnel and never out beside it. */
import { Capture } from "./capture.js";
import { interop, result } from "./lab.js";
import { attachHost, type Side } from "./network.js";
import { ping, pingUntilAnswered, transfer } from "./traffic.js";

const secret = "interoperation, hosts";

interop("F17 lan: forwarded packets go through the tunnel, whole and in pieces, and never in the clear", async (t, lab) => {
	const { keygate, charon, network: { left, right } } = lab;
	const hosts: Side[] = [];
	const capture = await Capture.start(left);
	try {
		hosts.push(await attachHost(left, "host-left"));
		hosts.push(await attachHost(right, "host-right"));
		const [here, there] = hosts as [Side, Side];
		await lab.set({ phase1: [{ encryption: "aes-256-cbc", hash: "sha256", dhGroup: 14 }], phase2: [{ protocol: "esp", encryption: "aes-128-gcm-16" }], pfs: 14, secret },
			{ proposals: "aes256-sha256-modp2048", esp: "aes128gcm16-modp2048", secret });
		await pingUntilAnswered(here, there);
		t.deepEqual(await ping(here, there, { count: 20 }), { sent: 20, received: 20 });
		t.deepEqual(await ping(there, here, { count: 20 }), { sent: 20, received: 20 });
		t.deepEqual(await ping(here, there, { count: 3, size: 1300 }), { sent: 3, received: 3 });
		// the first that is too large for the tunnel is answered by ICMP with the path's MTU; from then on the host sends pieces
		t.is((await ping(here, there, { count: 3, size: 1472 })).received, 2);
		t.deepEqual(await ping(here, there, { count: 3, size: 4000 }), { sent: 3, received: 3 });
		const out = await transfer(here, there, 16);
		const back = await transfer(there, here, 16);

		// without a tunnel, with a connection that is closed, and with a peer that is gone: nothing leaves but IKE
		await keygate.command("down branch");
		await keygate.down({ ike: true });
		await charon.kill();
		t.is((await ping(here, there, { count: 20, wait: 1 })).received, 0);
		t.is((await keygate.status()).securityAssociations.length, 0);
		await keygate.stop();
		t.is((await ping(here, there, { count: 5, wait: 1 })).received, 0);
		await capture.stop();
		const clear = await capture.fields("ip && !udp.port == 500 && !udp.port == 4500", ["ip.src", "ip.dst", "frame.protocols"]);
		const ours = clear.filter(([from]) => from!.startsWith("10.1.") || from!.startsWith("10.2."));
		t.deepEqual(ours.filter((_, n) => n < 5), [], "packets of the LANs in the clear");
		result(`lan      hosts behind both: pings to 4000 bytes, 16 MB at ${out} and ${back} Mbit/s, ${ours.length} packets in the clear`);
	}
	finally {
		await capture.close();
		for (const host of hosts)
			await host.namespace.close();
	}
});
