/** What the firmware's objects are made anew for: headers of ours that lwIP's and mbedTLS's include, too. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { repository } from "../interop/keygate.js";
import { firmware } from "./lab.js";

firmware("build: an object is made anew when lwipopts.h, hooks.h or mbedTLS's configuration changes", async (t) => {
	for (const [object, ...headers] of [
		["hosts-lwip-listener-c", "hosts/lwip/lwipopts.h"], ["build-riscv-sources-lwip-src-core-ipv4-ip4-c", "hosts/lwip/lwipopts.h", "hosts/lwip/hooks.h"],
		["build-riscv-sources-mbedtls-library-aes-c", "modules/crypto/mbedtls/configuration.h"]
	] as const) {
		const listed = readFileSync(join(repository, `build/riscv/link/objects/${object}.d`), "utf8");
		for (const header of headers)
			t.true(listed.includes(header), `${object}: ${header}`);
	}
});
