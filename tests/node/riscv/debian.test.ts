import test from "ava";
import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

/** The parts of hosts/riscv/debian.mjs that are used here. */
interface Debian {
	fromLines(text: string): string[];
	fromParagraphs(text: string): string[];
	sourceEntries(folder: string): string[];
}

const { fromLines, fromParagraphs, sourceEntries } = await import(pathToFileURL(join(process.cwd(), "hosts/riscv/debian.mjs")).href) as Debian;

test("source entries from lists of lines: Debian's own, with their options, whether for packages or sources", (t) => {
	t.deepEqual(fromLines([
		"# deb http://archive.example/debian bookworm main",
		"deb http://archive.example/debian bookworm main contrib # everything",
		"deb [arch=amd64 signed-by=/usr/share/keyrings/a.gpg] https://archive.example/debian-security/ bookworm-security main",
		"deb https://packages.example/tools stable main",
		"deb-src http://archive.example/debian bookworm-updates main",
		"",
	].join("\n")), [
		"deb-src http://archive.example/debian bookworm main contrib",
		"deb-src [arch=amd64 signed-by=/usr/share/keyrings/a.gpg] https://archive.example/debian-security/ bookworm-security main",
		"deb-src http://archive.example/debian bookworm-updates main",
	]);
});

test("source entries from lists of paragraphs: each archive with each suite, without those that are off or not Debian's", (t) => {
	t.deepEqual(fromParagraphs([
		"Types: deb", "# a comment", "URIs: http://archive.example/debian", " http://other.example/debian", "Suites: bookworm bookworm-updates", "Components: main contrib",
		"Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg", "",
		"Types: deb", "URIs: https://packages.example/node", "Suites: stable", "Components: main", "",
		"Enabled: no", "Types: deb", "URIs: http://archive.example/debian", "Suites: sid", "Components: main", "",
		"Types: deb", "URIs: http://archive.example/debian", "Suites: trixie", "Components: main", "Signed-By:", " -----BEGIN PGP PUBLIC KEY BLOCK-----", " x", "",
	].join("\n")), [
		"deb-src [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] http://archive.example/debian bookworm main contrib",
		"deb-src [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] http://archive.example/debian bookworm-updates main contrib",
		"deb-src [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] http://other.example/debian bookworm main contrib",
		"deb-src [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] http://other.example/debian bookworm-updates main contrib",
		"deb-src http://archive.example/debian trixie main",
	]);
});

test("source entries of a machine: all its lists, each entry once; other files beside them are not read", (t) => {
	const folder = mkdtempSync(join(tmpdir(), "keygate-apt-"));
	try {
		mkdirSync(join(folder, "sources.list.d"));
		writeFileSync(join(folder, "sources.list"), "deb http://archive.example/debian bookworm main\n");
		writeFileSync(join(folder, "sources.list.d/debian.sources"), "Types: deb\nURIs: http://archive.example/debian\nSuites: bookworm\nComponents: main\n");
		writeFileSync(join(folder, "sources.list.d/more.list"), "deb http://archive.example/debian bookworm-backports main\n");
		writeFileSync(join(folder, "sources.list.d/old.list.save"), "deb http://archive.example/debian stretch main\n");
		t.deepEqual(sourceEntries(folder), ["deb-src http://archive.example/debian bookworm main", "deb-src http://archive.example/debian bookworm-backports main"]);
	}
	finally {
		rmSync(folder, { recursive: true });
	}
});
