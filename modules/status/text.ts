/** The status for the console: both tables and the problems, at most WIDTH wide. Generators of lines, each with its line feed. */
import { printable } from "../log/printable.js";
import { WIDTH, table } from "./table.js";
import type { Column } from "./table.js";
import { askText, changeText, otherTexts, sureText, valueName, whereText } from "./advice.js";
import { certainty } from "./problems.js";
import type { Commands, IKESecurityAssociation, PeerOverview, SecurityAssociation, ShownProblem, Snapshot } from "./types.js";
import { ACTIVATED, stateMeaning } from "./words.js";
import { wrapped } from "./wrap.js";

const securityAssociationColumns: readonly Column[] = Object.freeze([
	Object.freeze({ heading: Object.freeze(["", "Destination"] as const) }),
	Object.freeze({ heading: Object.freeze(["", "Direction"] as const) }),
	Object.freeze({ heading: Object.freeze(["", "SPI"] as const) }),
	Object.freeze({ heading: Object.freeze(["Proto-", "col"] as const) }),
	Object.freeze({ heading: Object.freeze(["", "Algorithm"] as const), shorten: withoutHMAC, cut: true }),
	Object.freeze({ heading: Object.freeze(["Elapsed", "time"] as const), right: true }),
	Object.freeze({ heading: Object.freeze(["Life", "time"] as const), right: true }),
	Object.freeze({ heading: Object.freeze(["Bytes", "processed"] as const), right: true }),
	Object.freeze({ heading: Object.freeze(["Errored", "packets"] as const), right: true })
]);

/** With all in short forms an address, every algorithm and the ID are whole; a host name has what is left. */
const ikeSecurityAssociationColumns: readonly Column[] = Object.freeze([
	Object.freeze({ heading: Object.freeze(["", "Remote Gateway"] as const), cut: true }),
	Object.freeze({ heading: Object.freeze(["", "Status"] as const) }),
	Object.freeze({ heading: Object.freeze(["", "Algorithm"] as const), shorten: withoutCBC }),
	Object.freeze({ heading: Object.freeze(["Elapsed", "time"] as const), right: true, shorten: shortTime }),
	Object.freeze({ heading: Object.freeze(["Life", "time"] as const), right: true, shorten: shortTime }),
	Object.freeze({ heading: Object.freeze(["", "NAT-T"] as const), shorten: withoutEnd }),
	Object.freeze({ heading: Object.freeze(["Phase 2", "neg."] as const), shortHeading: Object.freeze(["Ph. 2", "neg."] as const), right: true, shorten: shortCount }),
	Object.freeze({ heading: Object.freeze(["", "ID"] as const) })
]);

/** Columns before the texts of a problem: an indent and a word. */
const LABEL = 12;

/** Widths of names and addresses of `peers`, if none is longer, and of the longest host name that is shown in full. */
const NAME = 20;
const ADDRESS = 15;
const GATEWAY = 40;

/** Of thousands. */
const UNITS = "kMGTP";

/** Digits of the largest number in a table that is not written in thousands. */
const DIGITS = 9;

export function* statusText(snapshot: Snapshot): Generator<string, void, undefined> {
	const { name, version, engine, crypto, uptime, storageFault, startNotice = "", certificateNotice = "", networkNotice = "" } = snapshot.gateway;
	yield `${cutTo(`${name}: keygate ${version}, ${engine}, ${crypto}, up ${uptime} s`, WIDTH)}\n`;
	for (let at = 0; at < startNotice.length; at += WIDTH - 2)
		yield `${at === 0 ? "This unit started anew by itself:\n" : ""}  ${printable(startNotice.slice(at, at + WIDTH - 2))}\n`;
	if (networkNotice !== "")
		yield `${cutTo(`Network: ${networkNotice}`, WIDTH)}\n`;
	if (certificateNotice !== "")
		yield `${cutTo(`Certificates: ${certificateNotice}`, WIDTH)}\n`;
	if (storageFault !== "")
		yield `${cutTo(`Not kept: ${storageFault}`, WIDTH)}\n`;
	yield "\nSecurity associations\n";
	yield* orNone(table(securityAssociationColumns, () => securityAssociationRows(snapshot)));
	yield "\nIKE Security associations\n";
	const [whole = 0] = yield* orNone(table(ikeSecurityAssociationColumns, () => ikeSecurityAssociationRows(snapshot)));
	for (const row of snapshot.ikeSecurityAssociations()) {
		if (row.remoteGateway.length > whole)
			yield `${cutTo(`${row.status} with ${printable(row.peer)}: ${row.remoteGateway}`, WIDTH)}\n`;
		const meaning = row.state > 0 && row.state < ACTIVATED ? stateMeaning(row.state, row.mode, row.role) : "";
		if (meaning !== "")
			yield `${cutTo(`${row.status} with ${printable(row.peer)}: ${row.mode} mode, ${row.role}, ${meaning}`, WIDTH)}\n`;
	}
	yield "\nProblems\n";
	yield* problemsText(snapshot);
}

/** The problems alone; `none` when there is none. */
export function* problemsText(snapshot: Snapshot): Generator<string, void, undefined> {
	let none = true;
	for (const problem of snapshot.problems()) {
		none = false;
		yield* problemHead(problem);
	}
	if (none)
		yield "none\n";
}

function* problemHead(problem: ShownProblem): Generator<string, void, undefined> {
	const { time, peer, connection, phase, cause, text, setting } = problem;
	yield `${cutTo(`${printable(peer)}${connection === "" ? "" : `/${printable(connection)}`}: ${cause} (phase ${phase}, at ${Math.floor(time)} s, ${certainty(problem, problem)})`, WIDTH)}\n`;
	yield* wrapped(printable(text), "    ");
	yield `    see ${cutTo(printable(setting), WIDTH - 8)}\n`;
}

/** The problems with all that is known of them: `problems`. Below each, what to send to the other side is behind a bar, to be copied. */
export function* diagnosesText(snapshot: Snapshot): Generator<string, void, undefined> {
	let none = true;
	for (const problem of snapshot.problems()) {
		if (!none)
			yield "\n";
		none = false;
		yield* problemHead(problem);
		yield* labelled("where", whereText(problem));
		yield* labelled("sure", sureText(problem));
		for (const { name, ours, theirs, differs } of problem.values)
			yield* labelled(differs ? "differs" : "", printable(`${valueName(name)}: here ${ours.join(", ") || "-"}; there ${theirs.join(", ") || "not told"}`));
		yield* labelled("change", printable(changeText(problem)));
		for (const text of otherTexts(problem))
			yield* labelled("or", text);
		yield "    ask\n";
		for (const line of askText(problem))
			yield* wrapped(printable(line), "    | ");
	}
	if (none)
		yield "none\n";
}

/** `text` in lines behind `label`, which stands before the first of them. */
function* labelled(label: string, text: string): Generator<string, void, undefined> {
	const indent = " ".repeat(LABEL);
	let first = true;
	for (const line of wrapped(text, indent)) {
		yield first ? `    ${label.padEnd(LABEL - 4)}${line.slice(LABEL)}` : line;
		first = false;
	}
}

/** Peers with their connections: `peers`. `peers` is called twice, to measure and to write. */
export function* peersText(peers: () => Iterable<PeerOverview>): Generator<string, void, undefined> {
	let names = NAME;
	let gateways = ADDRESS;
	for (const { name, remoteGateway, connections } of peers()) {
		names = Math.max(names, printable(name).length);
		gateways = Math.min(Math.max(gateways, remoteGateway.length), GATEWAY);
		for (let i = 0; i < connections.length; i++)
			names = Math.max(names, printable((connections[i] as PeerOverview["connections"][number]).name).length);
	}
	let none = true;
	for (const peer of peers()) {
		none = false;
		yield `${cutTo(`${printable(peer.name).padEnd(names)} ${cutTo(peer.remoteGateway, gateways).padEnd(gateways)} ${peer.enabled ? peer.status : "off"}`, WIDTH)}\n`;
		for (let i = 0; i < peer.connections.length; i++) {
			const { name, enabled, localNetwork, remoteNetwork, up } = peer.connections[i] as PeerOverview["connections"][number];
			yield `${cutTo(`    ${printable(name).padEnd(names)} ${enabled ? up ? "up  " : "down" : "off "} ${localNetwork} - ${remoteNetwork}`, WIDTH)}\n`;
		}
	}
	if (none)
		yield "none\n";
}

/** Use of the fixed tables and of the machine, then the counters that are not 0: `memory`. */
export function* memoryText(commands: Pick<Commands, "tables" | "counters">): Generator<string, void, undefined> {
	yield `${"table".padEnd(32)}${"used".padStart(12)}${"peak".padStart(12)}${"size".padStart(12)}${"bytes".padStart(12)}\n`;
	for (const { name, used, highWater, size, bytes } of commands.tables())
		yield `${cutTo(printable(name), 32).padEnd(32)}${String(used).padStart(12)}${String(highWater).padStart(12)}${String(size).padStart(12)}${String(bytes).padStart(12)}\n`;
	let first = true;
	for (const { name, value } of commands.counters()) {
		if (first)
			yield "\ncounters that are not 0\n";
		first = false;
		yield `${cutTo(printable(name), 64).padEnd(64)}${String(value).padStart(16)}\n`;
	}
}

/** A number in at most DIGITS + 1 characters: `1234567890` is `1234567k`. */
export function compact(value: number): string {
	let number = Math.floor(value);
	let unit = 0;
	while (number >= 10 ** DIGITS) {
		number = Math.floor(number / 1000);
		unit++;
	}
	return number + (unit === 0 ? "" : UNITS.charAt(unit - 1));
}

function* securityAssociationRows(snapshot: Snapshot): Generator<readonly string[], void, undefined> {
	for (const row of snapshot.securityAssociations())
		yield securityAssociationRow(row);
}

function securityAssociationRow(row: SecurityAssociation): readonly string[] {
	return [row.destination, row.direction, row.spi, row.protocol, row.algorithm, compact(row.elapsedTime), row.lifeTime === 0 ? "-" : compact(row.lifeTime),
		compact(row.bytesProcessed), compact(row.erroredPackets)];
}

function* ikeSecurityAssociationRows(snapshot: Snapshot): Generator<readonly string[], void, undefined> {
	for (const row of snapshot.ikeSecurityAssociations())
		yield ikeSecurityAssociationRow(row);
}

function ikeSecurityAssociationRow(row: IKESecurityAssociation): readonly string[] {
	if (row.state === 0)
		return [row.remoteGateway, row.status, "-", "-", "-", "-", compact(row.phase2Negotiations), "-"];
	return [row.remoteGateway, row.status, row.algorithm === "" ? "-" : row.algorithm, compact(row.elapsedTime), row.lifeTime === 0 ? "-" : compact(row.lifeTime),
		row.natT, compact(row.phase2Negotiations), row.id];
}

/** `lines`, or `none` when there is nothing after the two lines of headings. */
function* orNone(lines: Generator<string, readonly number[], undefined>): Generator<string, readonly number[], undefined> {
	let headings = "";
	let count = 0;
	let next = lines.next();
	for (; next.done !== true; next = lines.next()) {
		if (count < 2)
			headings += next.value;
		else
			yield count === 2 ? headings + next.value : next.value;
		count++;
	}
	if (count <= 2)
		yield "none\n";
	return next.value;
}

function cutTo(text: string, width: number): string {
	return text.length > width ? text.slice(0, width - 3) + "..." : text;
}

/** "Both" for "Both ends" */
function withoutEnd(natT: string): string {
	const at = natT.indexOf(" ");
	return at < 0 ? natT : natT.slice(0, at);
}

function shortTime(seconds: string): string {
	return inThousands(seconds, 6);
}

function shortCount(count: string): string {
	return inThousands(count, 5);
}

/** What `compact` has written, in at most `most` characters. */
function inThousands(number: string, most: number): string {
	let text = number;
	while (text.length > most) {
		const unit = UNITS.indexOf(text.charAt(text.length - 1));
		text = text.slice(0, unit < 0 ? -3 : -4) + UNITS.charAt(unit + 1);
	}
	return text;
}

function withoutHMAC(algorithm: string): string {
	return without(algorithm, "HMAC-");
}

function withoutCBC(algorithm: string): string {
	return without(algorithm, "CBC-");
}

function without(text: string, part: string): string {
	const at = text.indexOf(part);
	return at < 0 ? text : text.slice(0, at) + text.slice(at + part.length);
}
