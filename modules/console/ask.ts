/** `ask`: what a peer accepts, asked for and shown. */
import { printable, quoted } from "../log/printable.js";
import { askedText, askedUse } from "../status/asked.js";
import type { Commands } from "../status/types.js";
import { wrapped } from "../status/wrap.js";

export const ASK_USAGE = "ask [PEER [aggressive]|stop]";

/** Without more what was found; of the peer that is being asked the same, else it begins. */
export function ask({ commands }: { readonly commands: Commands }, rest: string): Iterable<string> {
	const asked = commands.asked();
	if (rest === "")
		return asked === undefined ? [`? which peer? ${ASK_USAGE}\n`] : askedText(asked);
	if (asked?.peer === rest && asked.end === "")
		return askedText(asked);
	const names = [...commands.peers()].map((peer) => peer.name);
	if (rest === "stop" && !names.includes(rest)) {
		const { ok, text } = commands.stopAsking();
		return wrapped(`${ok ? "" : "? "}${text}`, "", "  ");
	}
	if (rest.startsWith("use ") && !names.includes(rest))
		return use(commands, rest.slice(4).trim());
	const aggressive = rest.endsWith(" aggressive") && !names.includes(rest);
	const peer = aggressive ? rest.slice(0, -11).trim() : rest;
	if (!names.includes(peer))
		return [`? there is no peer ${quoted(peer)}\n`];
	const { ok, text } = commands.ask(peer, aggressive);
	return wrapped(`${ok ? "" : "? "}${text}${ok ? "; \"ask\" shows what is found" : ""}`, "", "  ");
}

/** Takes a row of the table over into the settings. */
function use(commands: Commands, number: string): Iterable<string> {
	const asked = commands.asked();
	const row = asked === undefined ? "" : askedUse(asked, Number(number));
	const edit = row === "" ? undefined : asked!.edit(row);
	if (edit === undefined)
		return [`? ${quoted(number)} is not a number of the table: ask\n`];
	const result = commands.configuration.change(edit);
	const lines = [...wrapped(`${result.ok ? "" : "? "}${result.text}`, "", "  ")];
	for (const { path, text } of result.ok ? result.warnings : result.faults)
		lines.push(...wrapped(printable(`${path}: ${text}`.slice(0, 200)), "    ", "      "));
	return lines;
}
