// Source packages of Debian: fetched once, by source entries derived from the machine's own, without changing anything of the machine.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { BuildFault } from "../xs/chain.mjs";

const listFolder = "/etc/apt/sources.list.d";

/** Whether an archive is one of Debian's, which others' entries beside it are not. */
const isDebian = (uri) => /\/debian(-security)?\/?$/.test(uri);

/** Source entries of a list in the form of one entry a line. */
export function fromLines(text) {
	return text.split("\n").flatMap((line) => {
		const match = /^\s*deb(?:-src)?\s+(\[[^\]]*\]\s+)?(\S+)\s+(.+)$/.exec(line.replace(/#.*/, ""));
		return match && isDebian(match[2]) ? [`deb-src ${/** @type {string | undefined} */ (match[1]) ?? ""}${match[2]} ${match[3].trim()}`] : [];
	});
}

/** Source entries of a list in the form of paragraphs of fields (deb822). */
export function fromParagraphs(text) {
	return text.replace(/^#.*\n?/gm, "").split(/\n\s*\n/).flatMap((paragraph) => {
		const fields = new Map([...paragraph.matchAll(/^([\w-]+):[ \t]*(.*(?:\n[ \t].*)*)/gm)].map(([, name, value]) => [name.toLowerCase(), value.trim()]));
		if (/^no$/i.test(fields.get("enabled") ?? "yes"))
			return [];
		const words = (name) => (fields.get(name) ?? "").split(/\s+/).filter((word) => word !== "");
		// a key that stands in the list itself has more than one line
		const key = fields.get("signed-by");
		const options = key !== undefined && !key.includes("\n") ? `[signed-by=${key}] ` : "";
		return words("uris").filter(isDebian).flatMap((uri) => words("suites").map((suite) => `deb-src ${options}${uri} ${suite} ${words("components").join(" ")}`.trim()));
	});
}

/** Source entries of all lists below `folder` (/etc/apt). */
export function sourceEntries(folder = "/etc/apt") {
	const parts = join(folder, "sources.list.d");
	const names = existsSync(parts) ? readdirSync(parts).sort().map((name) => join(parts, name)) : [];
	return [...new Set([join(folder, "sources.list"), ...names].filter(existsSync).flatMap((path) =>
		path.endsWith(".sources") ? fromParagraphs(readFileSync(path, "utf8")) : path.endsWith(".list") ? fromLines(readFileSync(path, "utf8")) : []))];
}

function apt(command, args, cwd) {
	const { status, stdout, stderr, error } = spawnSync(command, args, { cwd, encoding: "utf8", env: { ...process.env, LC_ALL: "C" } });
	return error ? error.message : status === 0 ? undefined : `${stdout}${stderr}`.trim();
}

/**
 * The sources of Debian's packages `names`, unpacked below `folder`, each in a folder of its name. Fetched when they are not there. Needs no root: apt
 * works on lists and caches of its own below `folder`.
 */
export function debianSources(folder, names) {
	const absent = names.filter((name) => !existsSync(join(folder, name)));
	if (absent.length === 0)
		return;
	const work = join(folder, "apt");
	const list = join(work, "sources.list");
	const entries = sourceEntries();
	const advice = `put the sources of Debian's ${names.join(" and ")} (apt-get source ${names.join(" ")}) below ${folder}, as ${names.map((name) => `${name}/`).join(" and ")}`;
	if (entries.length === 0)
		throw new BuildFault(`no entry of Debian's archive in /etc/apt/sources.list or ${listFolder}: ${advice}`);
	for (const part of ["lists/partial", "cache/archives/partial"])
		mkdirSync(join(work, part), { recursive: true });
	writeFileSync(list, `${entries.join("\n")}\n`);
	const options = [`Dir::Etc::sourcelist=${list}`, "Dir::Etc::sourceparts=/dev/null", `Dir::State::lists=${join(work, "lists")}`, `Dir::Cache=${join(work, "cache")}`,
		"APT::Sandbox::User="].flatMap((option) => ["-o", option]);
	const fetching = apt("apt-get", ["-q", ...options, "update"]) ?? apt("apt-get", ["-q", ...options, "--download-only", "source", ...absent], work);
	if (fetching !== undefined)
		throw new BuildFault(`${fetching}\nDebian's sources cannot be fetched: ${advice}`);
	for (const name of absent) {
		const description = readdirSync(work).find((file) => file.startsWith(`${name}_`) && file.endsWith(".dsc"));
		if (description === undefined)
			throw new BuildFault(`apt-get fetched no ${name}_*.dsc: ${advice}`);
		rmSync(join(work, name), { recursive: true, force: true });
		const unpacking = apt("dpkg-source", ["--no-check", "-x", description, name], work);
		if (unpacking !== undefined)
			throw new BuildFault(`${unpacking}\n${description} cannot be unpacked`);
		// whole or not at all
		renameSync(join(work, name), join(folder, name));
	}
}
