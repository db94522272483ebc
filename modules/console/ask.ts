/** `ask`: what a peer accepts, asked for and shown. */
import { quoted } from "../log/printable.js";
import { askedText } from "../status/asked.js";
import type { Commands } from "../status/types.js";

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
		return [`${ok ? "" : "? "}${text}\n`];
	}
	const aggressive = rest.endsWith(" aggressive") && !names.includes(rest);
	const peer = aggressive ? rest.slice(0, -11).trim() : rest;
	if (!names.includes(peer))
		return [`? there is no peer ${quoted(peer)}\n`];
	const { ok, text } = commands.ask(peer, aggressive);
	return [`${ok ? "" : "? "}${text}${ok ? "; \"ask\" shows what is found" : ""}\n`];
}
