/** Work of seconds on the board, which has one thread: packets go on meanwhile, and the watchdog has nothing to bark at. */
import { until } from "../interop/processes.js";
import { Cable } from "./cable.js";
import { ping } from "../interop/traffic.js";
import { firmware, result, withBoard, withPages } from "./lab.js";
import { Peer } from "./peer.js";

firmware("keys: an RSA key of 4096 bits is made while pings are answered", async (t) => {
	const cable = await Cable.lay();
	const router = new Peer(cable, "10.0.0.254", { hardware: "52:54:00:00:00:fe" });
	try {
		await withPages(t, async (board, pages) => {
			await until(async () => router.ping("10.0.0.1"), () => "the board does not answer", 30000);
			let isMade = false;
			let answered = 0;
			let longest = 0;
			const began = performance.now();
			const body = new URLSearchParams({ name: "mine", subject: "CN=board", dns: "", addresses: "", emails: "", bits: "4096" });
			const making = pages.fetch("/settings/certificates/make", { method: "POST", body, headers: { "x-keygate": "1" }, signal: AbortSignal.timeout(240000) }).finally(() => isMade = true);
			while (!isMade) {
				const sent = performance.now();
				// one that is lost is asked again within the watchdog's time
				if (await router.ping("10.0.0.1", { limit: 4000 }))
					answered++;
				longest = Math.max(longest, performance.now() - sent);
			}
			const response = await making;
			const seconds = (performance.now() - began) / 1000;
			t.is(response.status, 303, await response.text());
			t.true(answered > 5, `${answered} pings answered`);
			t.regex(await pages.text("/settings/certificates/own/mine/request"), /BEGIN CERTIFICATE REQUEST/);
			t.notRegex(await board.command("log"), /watchdog/i);
			result(`board    RSA key of 4096 bits in ${seconds.toFixed(1)} s, ${answered} pings answered meanwhile, the slowest after ${Math.round(longest)} ms`);
		}, { wan: cable.link });
	}
	finally {
		cable.close();
	}
});

withBoard("keys: packets go on while group 18 is computed: both exponentiations of a main mode", async (t, lab) => {
	const { keygate, network: { left } } = lab;
	const secret = "emulator, large groups";
	await lab.set({ phase1: [{ encryption: "aes-128-cbc", hash: "sha256", dhGroup: 18 }], phase2: [{ protocol: "esp", encryption: "aes-128-gcm-16" }], pfs: "off", secret },
		{ proposals: "aes128-sha256-modp8192", esp: "aes128gcm16", secret });
	const slowest = async (): Promise<number> => {
		const sent = performance.now();
		t.is((await ping(left, { lan: "10.1.0.1" }, { count: 1, wait: 30 })).received, 1);
		return performance.now() - sent;
	};
	await slowest();
	let isUp = false;
	const began = performance.now();
	const up = keygate.command("up branch/office").then(() => keygate.up(120000)).finally(() => isUp = true);
	let longest = 0;
	let answered = 0;
	for (; !isUp; answered++)
		longest = Math.max(longest, await slowest());
	t.regex((await up).ikeSecurityAssociations[0]!.algorithm, /MODP8192/);
	const took = performance.now() - began;
	// two exponentiations are most of it: without a breath within them one ping waits for each
	t.true(longest < took / 4, `a ping took ${Math.round(longest)} ms of the ${Math.round(took)} that the negotiation did`);
	result(`board    main mode with group 18 in ${(took / 1000).toFixed(1)} s, ${answered} pings answered meanwhile, the slowest after ${Math.round(longest)} ms`);
});
