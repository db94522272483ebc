/** What the status page explains: each column, the way a tunnel comes up and where it can stop, the negotiation states. */
import { negotiationStates } from "../status/words.js";

const TRAFFIC: readonly (readonly [string, string])[] = Object.freeze([
	Object.freeze(["Destination", "Global address at which the tunnel ends: the peer\u2019s for an outgoing one, this unit\u2019s own for an incoming one. Below it, peer and connection as the settings name them."] as const),
	Object.freeze(["Direction", "Incoming tunnels receive, outgoing ones transmit."] as const),
	Object.freeze(["SPI", "The number that identifies the SA in each of its packets. The firewall log names tunnels by it."] as const),
	Object.freeze(["Protocol", "ESP (encrypted and authenticated), AH (authenticated only), or both."] as const),
	Object.freeze(["Algorithm", "The encryption and the authentication in use."] as const),
	Object.freeze(["Elapsed time", "Seconds since the tunnel was established."] as const),
	Object.freeze(["Life time", "The longest it may live, and where so agreed the most it may carry. Shortly before the end a new pair is negotiated."] as const),
	Object.freeze(["Bytes processed", "Bytes of data carried since it was established."] as const),
	Object.freeze(["Errored packets", "Packets since then that did not conform, or were dropped for an error."] as const),
	Object.freeze(["Delete", "Closes the tunnel and its twin, and tells the peer. If there is more data, a new pair comes by itself: the button is meant for tunnels that are obsolete and were not closed."] as const),
]);

const KEY: readonly (readonly [string, string])[] = Object.freeze([
	Object.freeze(["Remote Gateway", "The peer\u2019s global address; 0.0.0.0 stands for a peer that may come from any. Below it, the peer\u2019s name, the mode, and who began. Messages: the last negotiations, drawn message by message."] as const),
	Object.freeze(["Status", "Activated: established. Idle: nothing is going on. Negotiating(x): under negotiation, in state x of the table below."] as const),
	Object.freeze(["Algorithm", "The encryption, hash and key agreement in use, and how the two ends prove who they are."] as const),
	Object.freeze(["Elapsed time", "Seconds since the key tunnel was established, or since its negotiation began."] as const),
	Object.freeze(["Life time", "The longest it may live. At the end a new key tunnel takes over; the traffic tunnels stay."] as const),
	Object.freeze(["NAT-T", "none: IPsec packets travel as they are. Far end, Near end, Both ends: they travel in UDP, for a NAT was found at the remote end, the local one, or both. Where the settings want UDP always it is Near end."] as const),
	Object.freeze(["Phase 2 negotiations", "How often a traffic tunnel was negotiated with success."] as const),
	Object.freeze(["Delete", "Closes the key tunnel and tells the peer. A new one comes by itself when it is needed."] as const),
]);

const CONNECTION: readonly (readonly [string, string])[] = Object.freeze([
	Object.freeze(["Connection, State", "As the settings name it, and whether a pair of tunnels carries its packets now."] as const),
	Object.freeze(["Last hour", "Bytes by the minute, the highest minute as tall as there is room; red: minutes with errored packets."] as const),
	Object.freeze(["Received, Sent, Errored packets", "Since this unit started, whatever tunnels carried them."] as const),
	Object.freeze(["Negotiations", "How often a pair of tunnels was made for it, and how often that failed."] as const),
	Object.freeze(["Last change", "When it came up or went down, and why. The connection\u2019s name leads to more."] as const),
]);

const STATE_COLUMNS = Object.freeze(["State", "Main mode, initiator", "Main mode, responder", "Aggressive mode, initiator", "Aggressive mode, responder"]);

function definitions(title: string, list: readonly (readonly [string, string])[]): string {
	let html = `<div><h3>${title}</h3><dl>`;
	for (const [term, text] of list)
		html += `<dt>${term}<dd>${text}`;
	return `${html}</dl></div>`;
}

function state(number: number): string {
	const word = number === 0 ? "<small>Idle</small>" : number === 9 ? "<small>Activated</small>" : "";
	let html = `<tr role=row id=state-${number}><th role=rowheader scope=row data-label=State>${number}${word}`;
	const texts = negotiationStates[number]!;
	for (let i = 0; i < texts.length; i++)
		html += texts[i] === "" ? "<td role=cell class=none>\u2013" : `<td role=cell data-label="${STATE_COLUMNS[i + 1]}">${texts[i]}`;
	return html;
}

const BRINGING_UP = "<details id=help-phases><summary>How a tunnel comes up, and where it can stop</summary><div class=columns>"
	+ "<div><h3>Phase 1: the key tunnel</h3><p>First the two gateways agree on keys, in main or in aggressive mode. While this lasts the status is Negotiating; when it fails it stays so for a time, and no traffic tunnel shows. The usual reasons:<ul>"
	+ "<li>the peer cannot be reached;<li>one end uses main mode, the other aggressive mode;<li>none of the combinations of algorithms of one end is acceptable to the other (3DES with MD5 is what very old gateways have in common);"
	+ "<li>type or content of an ID is not what the other end expects;<li>the pre-shared keys differ;<li>a certificate is missing, or could not be verified.</ul>"
	+ "<p>The remedy is in the settings of the peer, here or at the other end.</div>"
	+ "<div><h3>Phase 2: the traffic tunnels</h3><p>Then, in quick mode, two traffic tunnels are made, one each way. When this fails the key tunnel is Activated and no traffic tunnel shows. The usual reasons:<ul>"
	+ "<li>no protocol in common: AH, ESP, or both;<li>no algorithms in common;<li>PFS at one end and not at the other;<li>the local network here is not the remote network there, or the other way round.</ul>"
	+ "<p>The remedy is in the settings of the connection, here or at the other end.</div></div></details>";

const LIFE = "<details id=help-life><summary>What is normal to see</summary><div class=columns>"
	+ "<div><h3>Renewal</h3><p>One key tunnel can make many pairs of traffic tunnels. Some time before a pair runs out, and if packets keep coming, a new pair is made: for a while four tunnels show for one connection, the new two marked as young, the old two as dying. Nothing is lost on the way. The same happens, more rarely, to the key tunnel.</div>"
	+ "<div><h3>The first packet</h3><p>A connection without a tunnel is negotiated when the first packet wants to travel. That packet waits, and is late; those after it are not. When both ends may begin, the one with the first packet is the initiator.</div>"
	+ "<div><h3>In the logs</h3><p>The VPN log follows each negotiation message by message; with the state number it shows where one stopped. On the WAN side a firewall sees key tunnels as UDP port 500 (4500 with a NAT), and traffic tunnels as ESP or AH packets between the gateways: what is inside, and whom it is for, is hidden. The firewall log of this unit has both: the same packets on the LAN side in clear, before encryption and after decryption, with their ports.</div></div></details>";

/** Explanations in pieces, each part one that the reader can open. */
export function* explanations(): Generator<string> {
	yield `<section class=help aria-labelledby=help-title><h2 id=help-title>What this page shows</h2><details id=help-columns><summary>What the columns mean</summary><div class=columns>${definitions("Security associations", TRAFFIC)}`;
	yield `${definitions("IKE Security associations", KEY)}${definitions("Connections", CONNECTION)}</div></details>`;
	yield BRINGING_UP;
	yield LIFE;
	let html = "<details id=help-states><summary>Negotiation states</summary><p>The number in Negotiating(x): how far phase 1 has come, by mode and role."
		+ "<table id=states role=table><caption class=hidden>Negotiation states</caption><thead role=rowgroup><tr role=row>";
	for (const column of STATE_COLUMNS)
		html += `<th role=columnheader scope=col>${column}`;
	html += "<tbody role=rowgroup>";
	yield html;
	for (let number = 0; number < negotiationStates.length; number++)
		yield state(number);
	yield "</table></details></section>";
}
