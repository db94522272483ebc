/** A tunnel from three questions: the other side's address, the networks, a shared key. All else has safe defaults. */
import { lastField } from "../httpd/form.js";
import type { Request } from "../httpd/request.js";
import type { Response } from "../httpd/response.js";
import type { ChangeResult } from "../settings/configuration.js";
import { connectionShape, peerShape } from "../settings/schema.js";
import type { Shape } from "../settings/schema.js";
import type { Fault, PeerSettings, Settings } from "../settings/types.js";
import { lanNetwork } from "./connection.js";
import { peerPath } from "./faults.js";
import type { FieldText } from "./field-texts.js";
import { formPage } from "./form-page.js";
import { copyName, named } from "./peer.js";
import { html } from "./room.js";
import type { RoomOptions } from "./room.js";
import { afterChange } from "./saved.js";
import { readForm } from "./typed.js";
import type { Values } from "./values.js";

const TUNNEL_TITLE = "New tunnel";
/** What the connection of a tunnel made here is called. */
const CONNECTION = "net";

const SHAPE: Shape = Object.freeze({
	remoteGateway: peerShape.remoteGateway!, localNetwork: connectionShape.localNetwork!, remoteNetwork: connectionShape.remoteNetwork!, preSharedKey: peerShape.preSharedKey!,
	name: Object.freeze({ kind: "text", expected: "a name" } as const),
});
const LAYOUT = Object.freeze(["#1. Where is the other side?", "remoteGateway", "#2. Which networks belong together?", "localNetwork", "remoteNetwork", "#3. Which secret do both sides share?", "preSharedKey", "#And its name", "name"]);
const TEXTS: readonly FieldText[] = Object.freeze([
	Object.freeze(["remoteGateway", "Its address", "Global IPv4 address or host name of the other gateway. When it changes and has no name, 0.0.0.0: then only the other side can begin.", ""] as const),
	Object.freeze(["localNetwork", "Network here", "Of this unit\u2019s side, like 10.1.0.0/24.", ""] as const),
	Object.freeze(["remoteNetwork", "Network there", "Behind the other gateway, like 10.2.0.0/24. The two must not overlap.", ""] as const),
	Object.freeze(["preSharedKey", "Shared key", "The same at both ends. Note it now and tell it to the other side by another way than the sheet, by telephone for instance: it is not shown again.", ""] as const),
	Object.freeze(["name", "Name", "What this unit calls the other side. Empty: its address.", ""] as const),
]);

/** Characters that are not taken for each other, and groups of them that make a key: 30 characters of 31, near 149 bits. */
const LETTERS = "abcdefghjkmnpqrstuvwxyz23456789";
const KEY_GROUPS = 6;
const GROUP_SIZE = 5;

export function tunnelPage(options: RoomOptions): Response {
	return show(options, { localNetwork: lanNetwork(options.commands.configuration.settings.gateway.lanAddress) }, "", []);
}

/** A key that nobody guesses and that can be told by telephone. */
function proposedKey(random: (size: number) => Uint8Array): string {
	let key = "";
	for (let count = 0; count < KEY_GROUPS * GROUP_SIZE;) {
		const value = random(1)[0]! & 31;
		if (value >= LETTERS.length)
			continue;
		key += (count > 0 && count % GROUP_SIZE === 0 ? "-" : "") + LETTERS[value];
		count++;
	}
	return key;
}

/** What comes of the three answers. */
export function makeTunnel(request: Request, options: RoomOptions): Response {
	const typed = readForm(request, options, SHAPE, {});
	if ("status" in typed)
		return typed;
	if (lastField(typed.fields, "propose") !== undefined)
		return show(options, { ...typed.values, preSharedKey: proposedKey(options.random) }, "", []);
	const name = (typed.values.name ?? nameOf(options.commands.configuration.settings.peers, typed.values.remoteGateway)) as string;
	const result = options.commands.configuration.change((draft) => put(draft, typed.values, name), typed.revision);
	return made(options, typed.values, name, result);
}

function put(draft: Settings, { remoteGateway, preSharedKey, localNetwork, remoteNetwork }: Values, name: string): void {
	draft.peers.push({ name, remoteGateway, preSharedKey, connections: [{ name: CONNECTION, localNetwork, remoteNetwork }] } as unknown as PeerSettings);
}

function made(options: RoomOptions, values: Values, name: string, result: ChangeResult): Response {
	// When nothing was made there are as many as before.
	const place = `peers[${options.commands.configuration.settings.peers.length - (result.ok ? 1 : 0)}]`;
	if (!result.ok)
		// The form has the fields of both.
		return show(options, values, result.text, result.faults.map(({ path, text }) => ({ path: path.startsWith(`${place}.connections[0]`) ? place + path.slice(place.length + 15) : path, text })));
	options.last.keep(options.commands.configuration, result, place);
	return afterChange(`${peerPath(name, CONNECTION)}/sheet`, options.last);
}

/** What a peer is called that was given no name: its address, as far as a name may be long. */
function nameOf(peers: readonly PeerSettings[], remoteGateway: unknown): string {
	const name = remoteGateway === "0.0.0.0" || typeof remoteGateway !== "string" || remoteGateway === "" ? "anywhere" : remoteGateway.slice(0, 24);
	return named(peers, name) === undefined ? name : copyName(peers, name);
}

function show(options: RoomOptions, values: Values, refusal: string, faults: readonly Fault[]): Response {
	const { configuration } = options.commands;
	const { gateway } = options.commands.snapshot();
	return html(formPage({
		title: TUNNEL_TITLE, gateway: gateway.name, version: gateway.version,
		crumbs: "<a href=/settings/peers>Peers/connections</a> \u203a <b>New tunnel</b>", action: "/settings/tunnel", back: "/settings/peers", layout: LAYOUT,
		form: { shape: SHAPE, texts: TEXTS, values, place: `peers[${configuration.settings.peers.length}]`, faults, certificates: [], stored: false, secretShown: true,
			extra: ["preSharedKey", "<button name=propose value=1>Propose a key</button>"] },
		configuration, token: options.token.text, save: "Make the tunnel", refusal, hidden: "",
		before: ["<p>Three answers are enough. All else has safe defaults: main mode, AES-256 with SHA-256 and group 14 for the key tunnel, AES-GCM or AES-CBC with SHA-256 and fresh keys (PFS) for the traffic. Afterwards you get a sheet with the settings for the other side."],
		after: ["<p class=what>A peer with certificates, aggressive mode, or other algorithms: <a href=/settings/peer>all settings of a new peer</a>."],
	}));
}
