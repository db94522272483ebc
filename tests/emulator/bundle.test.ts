/** AH around ESP, which no IKE daemon negotiates any more: the board and a keygate for Linux. */
import { Keygate, settings, type KeygateConnection } from "../interop/keygate.js";
import { ping, pingUntilAnswered, transfer } from "../interop/traffic.js";
import { root } from "../needs.js";
import { logging } from "../said.js";
import { firmware, result, withFirmware } from "./lab.js";
import { BOARD, Taps } from "./taps.js";

const connection: KeygateConnection = {
	phase1: [{ encryption: "aes-128-cbc", hash: "sha256", dhGroup: 31 }], pfs: "off", secret: "emulator, bundles", natTraversal: "auto", start: "never",
	phase2: [{ protocol: "ah+esp", encryption: "aes-128-cbc", authentication: "hmac-sha256-128", espAuthentication: "hmac-sha1-96" }]
};

firmware("bundle: AH HMAC-SHA256 around ESP AES-CBC with HMAC-SHA1, both roles, with LAN hosts behind both", async (t) => {
	const network = await Taps.create();
	const { left, right } = network;
	const peer = new Keygate(right);
	try {
		await withFirmware(t, network.place, (board) => logging(t, () => ({ "the peer": peer.output.slice(-6000) }), async () => {
			await peer.start(connection, left);
			await board.boot(settings(connection, { ...left, lan: BOARD.lan }, right));
			await board.addressed();
			for (const [role, initiator] of [["initiator", board], ["responder", peer]] as const) {
				await initiator.command("up branch/office");
				const { ikeSecurityAssociations, securityAssociations } = await board.up(60000);
				t.is(ikeSecurityAssociations.find((sa) => sa.state === 9)!.role, role);
				t.deepEqual(securityAssociations.map((sa) => sa.protocol), ["AH+ESP", "AH+ESP"]);
				await pingUntilAnswered(left, right);
				t.deepEqual(await ping(left, right), { sent: 5, received: 5 });
				t.deepEqual(await ping(right, left, { size: 3000 }), { sent: 5, received: 5 });
				if (role === "initiator")
					await transfer(left, right, 1, 120000);
				t.deepEqual((await board.status()).securityAssociations.map((sa) => sa.erroredPackets), [0, 0]);
				await initiator.command("down branch");
				await board.down({ ike: true });
			}
			result("board    keygate for Linux  AH+ESP: both roles, pings, 1 MB of TCP");
		}));
	}
	finally {
		await peer.close();
		await network.close();
	}
}, root);
