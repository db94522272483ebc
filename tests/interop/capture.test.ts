/** tshark, a third implementation, reads a capture of ours with the keys from charon's log: nothing malformed, all checks good. */
import { Capture, type ESPKeys } from "./capture.js";
import { interop, result } from "./lab.js";
import { ping, pingUntilAnswered, transfer } from "./traffic.js";

const secret = "interoperation, capture";

/** keygate's and charon's words for a pair of transforms, and tshark's. */
const cases = [
	{
		role: "initiator", phase1: { encryption: "aes-256-cbc", hash: "sha256", dhGroup: 14 }, proposals: "aes256-sha256-modp2048",
		phase2: { protocol: "esp", encryption: "aes-128-cbc", authentication: "hmac-sha256-128" }, esp: "aes128-sha256-modp2048", pfs: 14,
		tshark: ["AES-CBC [RFC3602]", "HMAC-SHA-256-128 [RFC4868]"]
	},
	{
		role: "responder", phase1: { encryption: "3des-cbc", hash: "sha1", dhGroup: 2 }, proposals: "3des-sha1-modp1024",
		phase2: { protocol: "esp", encryption: "3des-cbc", authentication: "hmac-sha1-96" }, esp: "3des-sha1", pfs: "off",
		tshark: ["TripleDES-CBC [RFC2451]", "HMAC-SHA-1-96 [RFC2404]"]
	},
	{
		role: "initiator", phase1: { encryption: "aes-128-cbc", hash: "md5", dhGroup: 19 }, proposals: "aes128-md5-ecp256",
		phase2: { protocol: "esp", encryption: "aes-256-gcm-16" }, esp: "aes256gcm16", pfs: "off",
		tshark: ["AES-GCM with 16 octet ICV [RFC4106]", "NULL"]
	}
] as const;

for (const each of cases)
	interop(`capture: ${each.proposals} and ${each.esp}, keygate ${each.role}: tshark decrypts without a complaint`, async (t, lab) => {
		const { keygate, charon, network: { left, right } } = lab;
		await lab.set({ phase1: [each.phase1], phase2: [each.phase2], pfs: each.pfs, secret }, { proposals: each.proposals, esp: each.esp, secret });
		const capture = await Capture.start(left);
		try {
			if (each.role === "initiator")
				await keygate.command("up branch/office");
			else
				await charon.initiate();
			const status = await keygate.up();
			await pingUntilAnswered(left, right);
			t.deepEqual(await ping(left, right, { count: 10 }), { sent: 10, received: 10 });
			await transfer(left, right, 1);
			const keys = charon.keys();
			const cookie = status.ikeSecurityAssociations.find((sa) => sa.state === 9)!.id;
			await keygate.command("down branch");
			await keygate.down({ ike: true });
			await capture.stop();

			// ESP: each way its SPI, and the keys of that way
			const sas: ESPKeys[] = status.securityAssociations.map((sa) => {
				const outgoing = sa.direction === "Outgoing";
				const initiator = outgoing === (each.role === "initiator");
				return {
					from: outgoing ? left.wan : right.wan, to: outgoing ? right.wan : left.wan, spi: sa.spi,
					encryption: each.tshark[0], encryptionKey: initiator ? keys.encryptionInitiator : keys.encryptionResponder,
					authentication: each.tshark[1], authenticationKey: initiator ? keys.integrityInitiator : keys.integrityResponder
				};
			});
			const complaints = await capture.fields("_ws.malformed || (_ws.expert.severity >= 0x600000 && (isakmp || esp) && !tcp)", ["frame.number", "_ws.expert.message"], cookie, keys, sas);
			t.deepEqual(complaints, []);

			// every IKE message is read to its payloads; the encrypted ones show a hash
			const messages = await capture.fields("isakmp", ["ip.src", "isakmp.exchangetype", "isakmp.flag_e", "isakmp.typepayload"], cookie, keys, sas);
			t.true(messages.length >= 11, `${messages.length} messages`);
			for (const [from, exchange, encrypted, payloads] of messages)
				if (encrypted === "1" || encrypted === "True")
					t.regex(`,${payloads},`, /,8,/, `${from} exchange ${exchange}: ${payloads}`);

			// every ESP packet's check value is good and its inside is ours
			const esp = await capture.fields("esp", ["esp.spi", "esp.icv_good", "ip.src", "frame.protocols"], cookie, keys, sas);
			t.true(esp.length > 100, `${esp.length} packets`);
			t.deepEqual(esp.filter(([, good]) => good !== "1" && good !== "True"), []);
			const inside = esp.filter(([, , , protocols]) => /:esp:ip:(icmp|tcp)/.test(protocols!));
			t.is(inside.length, esp.length, JSON.stringify(esp.find(([, , , protocols]) => !/:esp:ip:(icmp|tcp)/.test(protocols!))));
			result(`capture  ${each.proposals}, ${each.esp}: tshark read ${messages.length} IKE messages and ${esp.length} ESP packets`);
		}
		finally {
			await capture.close();
		}
	});
