// The backends of modules/crypto/accelerator.h: each is a folder of C files there, and one of them goes into a host.
import { existsSync, readdirSync } from "node:fs";
import { dirname, join, sep } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const crypto = join(root, "modules/crypto");

/** By name: what a Linux program is linked with, and the Debian package for it with a file that shows that it is there. */
export const backends = Object.freeze({
	openssl: { libraries: ["-lcrypto", "-lpthread"], package: ["libssl-dev", "/usr/include/openssl/evp.h"] },
	// the archives: what is wrapped or left out is then this program's affair
	mbedtls: { libraries: ["-l:libmbedx509.a", "-l:libmbedcrypto.a", "-lpthread"], package: ["libmbedtls-dev", "/usr/include/mbedtls/x509.h"] },
});

/** What makes packets cheaper with OpenSSL, where it is there when the gateway is built: Debian has it for this architecture only. Run time looks for it again. */
export const multibufferPackages = Object.freeze(process.arch === "x64" ? [["libipsec-mb-dev", "/usr/include/intel-ipsec-mb.h"]] : []);

/** Flags for a C file: one that is compiled without that package is compiled anew when it is there. */
export function backendFlags(source) {
	return source.endsWith("/multibuffer.c") && !multibufferPackages.some(([, file]) => existsSync(file)) ? ["-DKEYGATE_WITHOUT_MULTIBUFFER"] : [];
}

/** The C files of modules/crypto below JavaScript: the backend's own, what is the same for both of groups, certificates and names, the queue of jobs, and the threads that work them. */
export function cryptoSources(backend) {
	const own = readdirSync(join(crypto, backend)).filter((name) => name.endsWith(".c")).sort().map((name) => join(crypto, backend, name));
	return [...own, ...["groups.c", "jobs.c", "judgement.c", "kept.c", "labour.c", "nametext.c", "threads.c"].map((name) => join(crypto, name))];
}

/** `sources` without the C files of backends other than this one. */
export function withBackend(backend, sources) {
	const others = Object.keys(backends).filter((name) => name !== backend).map((name) => join(crypto, name) + sep);
	return sources.filter((path) => !others.some((folder) => path.startsWith(folder)));
}

/** Whether the library is on this machine. */
export function isInstalled(backend) {
	return existsSync(backends[backend].package[1]);
}
