/** What the console can do: each command is a generator of the lines of its answer. What begins with `? ` was not done. */
import { parseTimestamp, timestamp } from "../dates.js";
import { formatEntry } from "../log/format.js";
import { printable, quoted } from "../log/printable.js";
import { formatFirewallEntry } from "../log/firewall.js";
import type { FirewallReader } from "../log/firewall.js";
import type { LogReader } from "../log/types.js";
import { attemptsText } from "../status/attempts.js";
import type { Firmware } from "../settings/services.js";
import { statusJSON } from "../status/json.js";
import { WIDTH } from "../status/table.js";
import { diagnosesText, memoryText, peersText, statusText } from "../status/text.js";
import type { CommandResult, Commands } from "../status/types.js";
import { NO_RESET } from "../status/words.js";
import { wrapped } from "../status/wrap.js";
import { isHexadecimal } from "../texts.js";
import { ask, ASK_USAGE } from "./ask.js";
import { complete } from "./complete.js";
import type { Operand } from "./complete.js";
import { isYes, type Dialog } from "./dialog.js";
import type { Completion } from "./line.js";
import { setUpDialog } from "./setup.js";
import { addressOf, entryLines, LATER, trace } from "./trace.js";

export interface Context {
	readonly commands: Commands;
	readonly log: LogReader;
	readonly firewall: FirewallReader;
	/** Lets those in who have to wait since they tried too many passwords; how many. */
	readonly unlock?: () => number;
	/** Absent where the firmware is not this unit's own affair: then there is no such command. */
	readonly firmware?: Firmware | undefined;
}

/** Lines to show, or a dialog. */
export type Answer = Iterable<string> | Dialog;

interface Command {
	readonly name: string;
	/** As `help` shows it, each line of `about` in its column. */
	readonly usage: string;
	readonly about: string;
	/** `rest` is what follows the name, without spaces at its ends. */
	readonly run: (context: Context, rest: string, terminal: boolean) => Answer;
	/** Takes nothing after its name. */
	readonly alone?: true;
	/** There only where the context has it. */
	readonly of?: "firmware";
	/** What it takes, for who completes a line. */
	readonly takes?: Operand;
}

const CLOCK_USAGE = "clock [2026-11-26T14:00:00Z]";
const LOG_USAGE = "log [vpn|firewall] [N]";
/** Log entries shown when no number is given. */
const LOG_ENTRIES = 20;

/** A list and not an object: what somebody types must not become a property's name, which the engine would keep for ever. */
const table: readonly Command[] = Object.freeze([
	Object.freeze({ name: "help", usage: "help", about: "this list", run: help, alone: true }),
	Object.freeze({ name: "status", usage: "status [json]", about: "security associations, IKE security associations, problems", run: status, takes: Object.freeze(["json"]) }),
	Object.freeze({ name: "log", usage: LOG_USAGE, about: `the last N entries (${LOG_ENTRIES}) of a log`, run: log, takes: Object.freeze(["vpn", "firewall"]) }),
	Object.freeze({ name: "peers", usage: "peers", about: "peers and connections of the settings", run: ({ commands }: Context) => peersText(() => commands.peers()), alone: true }),
	Object.freeze({ name: "up", usage: "up PEER[/CONNECTION]", about: "negotiate a peer's connections, or one of them", run: up, takes: "connection" }),
	Object.freeze({ name: "down", usage: "down PEER[/CONNECTION]", about: "close them", run: down, takes: "connection" }),
	Object.freeze({ name: "delete", usage: "delete SPI|IKE-ID", about: "close a security association; a Delete goes to the peer", run: remove, takes: "tunnel" }),
	Object.freeze({ name: "ask", usage: ASK_USAGE, about: "ask a peer slowly what it accepts; without more: what was found\n\"ask use N\": take line N of that over into the settings", run: ask, takes: "peer" }),
	Object.freeze({ name: "attempts", usage: "attempts", about: "what other gateways have tried last", run: ({ commands }: Context) => attemptsText(commands.attempts()), alone: true }),
	Object.freeze({ name: "trace", usage: "trace PEER", about: "the VPN log about a peer as it is written, until a key is pressed", run: follow, takes: "peer" }),
	Object.freeze({ name: "problems", usage: "problems", about: "what does not come up, and why", run: ({ commands }: Context) => diagnosesText(commands.snapshot()), alone: true }),
	Object.freeze({ name: "settings", usage: "settings", about: "the settings in use, secrets hidden", run: settings, alone: true }),
	Object.freeze({ name: "memory", usage: "memory", about: "use of tables and of the engine, counters", run: ({ commands }: Context) => memoryText(commands), alone: true }),
	Object.freeze({ name: "clock", usage: CLOCK_USAGE, about: "the time as this unit has it; with a time (UTC): set it", run: clock }),
	Object.freeze({ name: "unlock", usage: "unlock", about: "let addresses try passwords for the pages again that tried too many", run: unlock, alone: true }),
	Object.freeze({ name: "firmware", usage: "firmware", about: "the firmware slots, and how the last update went", run: firmware, alone: true, of: "firmware" }),
	Object.freeze({ name: "version", usage: "version", about: "version, engine, crypto", run: version, alone: true }),
	Object.freeze({ name: "setup", usage: "setup", about: "ask for password, name and addresses, step by step", run: ({ commands }: Context) => setUpDialog(commands), alone: true }),
	Object.freeze({ name: "reset", usage: "reset", about: "erase all settings and logs, after a question: as from the factory", run: ({ commands }: Context) => reset(commands), alone: true }),
	Object.freeze({ name: "reboot", usage: "reboot", about: "close all tunnels and start this unit anew", run: ({ commands }: Context) => result(commands.reboot()), alone: true })
]);

/** The lines that answer `line`, each with its line feed; none for an empty one. */
export function answer(context: Context, line: string, terminal: boolean): Answer {
	const text = line.trim();
	if (text === "")
		return [];
	const space = text.indexOf(" ");
	const name = space < 0 ? text : text.slice(0, space);
	const rest = space < 0 ? "" : text.slice(space).trim();
	const command = table.find((command) => command.name === name);
	if (command === undefined || !isThere(context, command))
		return [`? unknown command ${quoted(name)}, try help\n`];
	if (command.alone === true && rest !== "")
		return [`? ${quoted(rest)} is too much: ${command.usage}\n`];
	return command.run(context, rest, terminal);
}

function unlock({ unlock }: Context): Answer {
	const count = unlock?.() ?? 0;
	return [`${count === 1 ? "1 address" : `${count} addresses`} had to wait\n`];
}

function isThere(context: Context, { of }: Command): boolean {
	return of === undefined || context[of] !== undefined;
}

function* help(context: Context): Generator<string, void, undefined> {
	for (let i = 0; i < table.length; i++) {
		const command = table[i] as Command;
		const { usage, about } = command;
		if (!isThere(context, command))
			continue;
		const lines = about.split("\n");
		for (let k = 0; k < lines.length; k++)
			yield `${(k === 0 ? usage : "").padEnd(30)}${lines[k]!}\n`;
	}
}

function status({ commands }: Context, rest: string): Answer {
	if (rest === "")
		return statusText(commands.snapshot());
	return rest === "json" ? statusJSON(commands.snapshot()) : [`? ${quoted(rest)} is unknown: status [json]\n`];
}

/** What may stand for the end of a line. */
export function completion(context: Context, text: string): Completion {
	return complete(context.commands, table.filter((command) => isThere(context, command)), text);
}

function log({ log, firewall }: Context, rest: string, terminal: boolean): Answer {
	const space = rest.indexOf(" ");
	const first = space < 0 ? rest : rest.slice(0, space);
	const named = first === "vpn" || first === "firewall";
	const count = !named ? rest : space < 0 ? "" : rest.slice(space).trim();
	const last = count === "" ? LOG_ENTRIES : Number(count);
	if (!Number.isInteger(last) || last < 1)
		return [`? ${quoted(count)} is not a number of entries: ${LOG_USAGE}\n`];
	return first === "firewall" ? firewallLines(firewall, last, terminal) : logLines(log, last, terminal);
}

function* logLines(log: LogReader, last: number, terminal: boolean): Generator<string, void, undefined> {
	for (const entry of log.entries({ last }))
		yield* entryLines(formatEntry(entry), terminal);
}

function* firewallLines(firewall: FirewallReader, last: number, terminal: boolean): Generator<string, void, undefined> {
	const { level } = firewall;
	if (level === "off")
		yield `off${firewall.newest === 0 ? "" : ", from before:"} (gateway.firewallLog in the settings)\n`;
	for (const entry of firewall.entries({ last }))
		yield* entryLines(formatFirewallEntry(entry), terminal);
}

function follow({ commands, log }: Context, rest: string, terminal: boolean): Answer {
	for (const { name, remoteGateway } of commands.peers()) {
		if (name === rest)
			return trace(log, name, addressOf(remoteGateway), terminal);
	}
	return [rest === "" ? "? which peer? trace PEER\n" : `? there is no peer ${quoted(rest)}\n`];
}

/** Texts in PEM, and others that are longer than a line, are cut. */
function* settings({ commands }: Context): Generator<string, void, undefined> {
	for (const line of commands.configuration.document(false)) {
		let depth = 0;
		while (line.charAt(depth) === "\t")
			depth++;
		const text = "  ".repeat(depth) + printable(line.slice(depth, -1));
		yield text.length > WIDTH ? `${text.slice(0, WIDTH - 3)}...\n` : `${text}\n`;
	}
	const { storageFault } = commands.configuration;
	if (storageFault !== "")
		yield `not kept: ${storageFault}\n`;
}

function up({ commands }: Context, rest: string): Answer {
	const slash = rest.indexOf("/");
	return rest === "" ? ["? which peer? up PEER[/CONNECTION]\n"]
		: result(slash < 0 ? commands.up(rest, "") : commands.up(rest.slice(0, slash), rest.slice(slash + 1)));
}

function down({ commands }: Context, rest: string): Answer {
	const slash = rest.indexOf("/");
	return rest === "" ? ["? which peer? down PEER[/CONNECTION]\n"]
		: result(slash < 0 ? commands.down(rest, "") : commands.down(rest.slice(0, slash), rest.slice(slash + 1)));
}

/** An SPI is up to eight hexadecimal digits, with or without 0x; an IKE SA's ID sixteen, without. */
function remove({ commands }: Context, rest: string): Answer {
	const digits = rest.startsWith("0x") ? rest.slice(2) : rest;
	if (!isHexadecimal(digits) || digits.length > 8 && (digits.length !== 16 || digits !== rest))
		return [`? ${rest === "" ? "which one?" : `${quoted(rest)} is neither an SPI nor an IKE SA's ID:`} delete SPI|IKE-ID\n`];
	if (digits.length === 16) {
		const id = digits.toLowerCase();
		return [commands.deleteIKESA(id) ? `deleted IKE SA ${id}\n` : `? there is no IKE SA ${id}\n`];
	}
	const spi = Number(`0x${digits}`);
	const shown = `0x${digits.toLowerCase().padStart(8, "0")}`;
	return [commands.deleteSA(spi) ? `deleted SA ${shown} and its twin\n` : `? there is no SA ${shown}\n`];
}

function clock({ commands }: Context, rest: string): Answer {
	if (rest === "") {
		const time = timestamp(commands.clock?.() ?? 0);
		return [time === "" ? `the time is not known: ${CLOCK_USAGE}\n` : `${time}\n`];
	}
	const time = parseTimestamp(rest);
	if (time === undefined)
		return [`? ${quoted(rest)} is not a time: ${CLOCK_USAGE}\n`];
	return result(commands.setClock?.(time) ?? { ok: false, text: "this unit's clock cannot be set" });
}

function* firmware({ firmware }: Context): Generator<string, void, undefined> {
	for (const { slot, version, state } of firmware!.slots())
		yield `slot ${slot}  ${printable(version === "" ? "-" : version).padEnd(16)}${state}\n`;
	for (const told of [firmware!.outcome(), firmware!.obstacle()])
		if (told !== "")
			yield* wrapped(printable(told), "", LATER);
}

function version({ commands }: Context): Answer {
	const { version, engine, crypto } = commands.snapshot().gateway;
	return [`keygate ${version}, ${engine}, ${crypto}\n`];
}

function result({ ok, text }: CommandResult): Iterable<string> {
	return wrapped(`${ok ? "" : "? "}${text}`, "", "  ");
}

/** To the state in which a unit leaves the factory. */
function* reset(commands: Commands): Dialog {
	if (commands.reset === undefined) {
		yield* result({ ok: false, text: NO_RESET });
		return;
	}
	yield "This erases all settings with their certificates and keys, the password, and the logs; tunnels are closed.\nThe unit starts anew as it came from the factory, and is to be set up again.\n";
	if (!isYes(yield { ask: "Erase everything? Type \"yes\": " }))
		yield "nothing was changed\n";
	else
		yield* result(commands.reset());
}
