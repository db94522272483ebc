// Prints certificates.ts: `npm run build`, then `node build/js/tests/node/crypto/make-certificates.js > tests/vectors/certificates.ts`.
import { Authority, type Issued } from "../../authority.js";

const root = new Authority({ subject: "/C=DE/O=Keygate/CN=Root" });
const branch = new Authority({ subject: "/C=DE/O=Keygate/CN=Intermediate", pathLength: 0 }, root);
const stranger = new Authority({ subject: "/C=DE/O=Elsewhere/CN=Root" });

const issued: Readonly<Record<string, Issued>> = {
	gateA: root.issue({ subject: "/C=DE/O=Keygate/CN=gate-a", names: "DNS:a.example,IP:10.0.0.1,email:a@example" }),
	gateB: branch.issue({ subject: "/C=DE/O=Keygate/CN=gate-b", names: "DNS:b.example,IP:10.0.0.2,email:b@example", extendedKeyUsage: "1.3.6.1.5.5.7.3.17" }),
	expired: root.issue({ subject: "/C=DE/O=Keygate/CN=expired", names: "DNS:b.example,IP:10.0.0.2", from: "20260101000000Z", to: "20260201000000Z" }),
	early: root.issue({ subject: "/C=DE/O=Keygate/CN=early", names: "DNS:b.example,IP:10.0.0.2", from: "20340101000000Z" }),
	weak: root.issue({ subject: "/C=DE/O=Keygate/CN=weak", names: "DNS:b.example,IP:10.0.0.2", bits: 1024 }),
	signer: root.issue({ subject: "/C=DE/O=Keygate/CN=signer", names: "DNS:b.example,IP:10.0.0.2", extendedKeyUsage: "codeSigning" }),
	stranger: stranger.issue({ subject: "/C=DE/O=Elsewhere/CN=gate-b", names: "DNS:b.example,IP:10.0.0.2" }),
	hostile: root.issue({ subject: "/C=DE/O=Keygate/CN=<b>\u0007gate", names: "DNS:b.example,IP:10.0.0.2" }),
	curve: root.issue({ subject: "/C=DE/O=Keygate/CN=curve", names: "DNS:b.example,IP:10.0.0.2", curve: "P-256" }),
};

function constant(name: string, text: string): string {
	return `export const ${name} = ${JSON.stringify(text.trim().split("\n")).replace(/","/g, "\",\n\t\"").replace(/^\[/, "[\n\t").replace(/\]$/, "\n]")}.join("\\n") + "\\n";\n`;
}

const lines = [
	"/**",
	" * Certificates and keys for tests, valid on the day below, made by make-certificates.ts with the openssl command. gateB's issuer is the",
	" * intermediate authority, the others' the root; stranger's is a root that nobody here trusts.",
	" */",
	"",
	"/** Seconds since 1970 of a day on which they are valid: 2026-06-01. */",
	"export const day = 1780272000;",
	"",
	constant("root", root.certificate),
	constant("intermediate", branch.certificate),
	constant("strangerRoot", stranger.certificate),
	constant("list", root.list()),
];
for (const [name, { certificate, key }] of Object.entries(issued))
	lines.push(constant(name, certificate), constant(`${name}Key`, key));
console.log(lines.join("\n").trimEnd());
