/** What stands behind a valid signature of a certificate: both crypto libraries come to the same, whatever it is (js/signed.ts). */
import test from "ava";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { canFuzz } from "./clang.js";
import { claims } from "./js/signed.js";

const folder = mkdtempSync(join(tmpdir(), "keygate-signed-"));
process.once("exit", () => rmSync(folder, { recursive: true, force: true }));

/** What the program of a backend says of each claim. */
async function judgements(backend: string, files: readonly string[]): Promise<string[]> {
	const { compile } = await import(pathToFileURL(join(process.cwd(), "tests/fuzz/targets.mjs")).href) as { compile(name: string): Promise<string> };
	const { stdout, stderr, status } = spawnSync(await compile(`certificates-${backend}`), ["-detect_leaks=0", ...files], { encoding: "utf8", maxBuffer: 1 << 26, env: { ...process.env, KEYGATE_TELL: "1" } });
	if (status !== 0)
		throw new Error(stderr.slice(-4000));
	return [...stdout.matchAll(/^judgement (.*)$/gm)].map(([, judgement]) => judgement!);
}

(canFuzz ? test : test.skip)(`certificates with a valid signature and odd contents: both libraries accept the same ones${canFuzz ? "" : ": needs clang and its libFuzzer"}`, async (t) => {
	t.timeout(240000);
	const files = claims(600, 1).map((claim, i) => {
		const path = join(folder, `${i}`.padStart(4, "0"));
		writeFileSync(path, claim);
		return path;
	});
	const [one, other] = [await judgements("openssl", files), await judgements("mbedtls", files)];
	t.is(one.length, files.length);
	t.is(other.length, files.length);
	t.regex(one[0]!, /^0 1 1 /);
	const accepts = (judgement: string): boolean => /^0 1 1 /.test(judgement);
	// one of them may refuse to read what the other reads, the certificate or the one above it: what both read they judge alike
	const cannotRead = (judgement: string): boolean => /^7|^1 .*(?:unable to get local issuer certificate|no trusted authority has issued it)/.test(judgement);
	t.deepEqual(files.map((_, i) => [i, one[i]!, other[i]!] as const).filter(([, a, b]) => accepts(a) !== accepts(b) && !cannotRead(a) && !cannotRead(b)), []);
	t.true(one.filter(accepts).length > 20);
	const stricter = (a: readonly string[], b: readonly string[]): number => files.filter((_, i) => accepts(a[i]!) && !accepts(b[i]!)).length;
	t.log(`not read by OpenSSL alone: ${stricter(other, one)}, by mbedTLS alone: ${stricter(one, other)}`);
	t.log(`${files.length} claims, ${one.filter(accepts).length} accepted; another reason for a refusal: ${files.filter((_, i) => one[i]![0] !== other[i]![0]).length}`);
});
