/** What a peer has answered as lines for people, and what the settings become when one of them is taken over. */
import type { PeerSettings, Phase1Proposal, Settings } from "../../settings/types.js";
import { groupText, phase1Text, phase2Text } from "../names.js";
import type { AskedRow } from "../types.js";
import { notificationName } from "../v1/wire/names.js";
import { ACCEPTED, FITS, isRefused, notifyOf, SILENT, UNKNOWN, type Mode } from "./answers.js";
import { isWeakGroup, isWeakPhase1, isWeakPhase2, pfsGroups, phase1Candidates, phase1Index, phase2Candidates, phase2Index } from "./candidates.js";
import { KEY_RIGHT, KEY_UNKNOWN, KEY_UNTRIED, type Found } from "./found.js";

/** Proposals that the settings can have after one was taken over. */
const MOST = 8;

function word(answer: number): AskedRow["answer"] {
	return answer === ACCEPTED || answer === FITS ? "accepted" : answer === SILENT ? "no answer" : isRefused(answer) ? "refused" : "not asked";
}

function reason(answer: number): string {
	const type = notifyOf(answer);
	return type === 0 ? "" : notificationName(type);
}

/** All that is known, phase 1 first; made one at a time. `current`: the peer as the settings have it now. */
export function* askedRows(asking: Found, current: PeerSettings = asking.settings): Generator<AskedRow> {
	for (const mode of asking.modes)
		yield* phase1Rows(asking, mode, current);
	if (asking.otherMethod !== UNKNOWN)
		yield {
			phase: 1, connection: "", subject: "authentication", value: asking.settings.authentication === "certificate" ? "pre-shared key" : "certificate",
			answer: word(asking.otherMethod), detail: reason(asking.otherMethod), weak: false, own: false, use: ""
		};
	if (asking.keyState !== KEY_UNKNOWN)
		yield {
			phase: 1, connection: "", subject: "key and identities", value: asking.settings.authentication,
			answer: asking.keyState === KEY_RIGHT ? "accepted" : asking.keyState === KEY_UNTRIED ? "not asked" : "refused",
			detail: asking.keyState === KEY_UNTRIED ? "a tunnel is up, and is not disturbed" : asking.keyText, weak: false, own: true, use: ""
		};
	for (let place = 0; place < asking.connections.length; place++)
		yield* phase2Rows(asking, place, current);
	for (let i = 0; i < asking.settings.connections.length; i++) {
		const { name, enabled, localNetwork, remoteNetwork } = asking.settings.connections[i]!;
		const other = asking.inTheWay(localNetwork, remoteNetwork);
		if (!asking.connections.includes(i))
			yield {
				phase: 2, connection: name, subject: "algorithms", value: "", answer: "not asked",
				detail: !enabled ? "it is switched off" : other === name ? "it is up, and is not disturbed" : other === "" ? "" : `its networks overlap those of ${other}, which is up`,
				weak: false, own: false, use: ""
			};
	}
}

function* phase1Rows({ answers }: Found, mode: Mode, settings: PeerSettings): Generator<AskedRow> {
	const subject = `${mode} mode` as const;
	const configured = mode === settings.phase1Mode ? settings.phase1Proposals.map(phase1Index) : [];
	let refused = 0;
	let silent = 0;
	let unknown = 0;
	let why = 0;
	for (let i = 0; i < phase1Candidates.length; i++) {
		const answer = answers.phase1(mode, i);
		const own = configured.includes(i);
		const proposal = phase1Candidates[i]!;
		if (answer === ACCEPTED || own)
			yield {
				phase: 1, connection: "", subject, value: phase1Text(proposal), answer: word(answer), detail: reason(answer), weak: isWeakPhase1(proposal), own,
				use: answer === ACCEPTED && !own ? `1-${mode}-${i}` : ""
			};
		else if (answer === UNKNOWN)
			unknown++;
		else if (answer === SILENT)
			silent++;
		else {
			refused++;
			why ||= answer;
		}
	}
	for (const [count, answer] of [[refused, why], [silent, SILENT], [unknown, UNKNOWN]] as const)
		if (count > 0)
			yield { phase: 1, connection: "", subject, value: `${count} others`, answer: word(answer), detail: reason(answer), weak: false, own: false, use: "" };
}

function* phase2Rows({ answers, settings, connections, networks }: Found, place: number, current: PeerSettings): Generator<AskedRow> {
	const { name } = settings.connections[connections[place]!]!;
	const connection = current.connections.find((each) => each.name === name) ?? settings.connections[connections[place]!]!;
	const chosen = answers.chosenAlgorithm(place);
	const group = chosen < 0 ? connection.pfs : pfsGroups[answers.chosenGroup(place)]!;
	const configured = connection.phase2Proposals.map(phase2Index);
	const pairs = networks[place]!;
	// What goes with networks and groups that are taken over.
	const isWeak = chosen >= 0 && isWeakPhase2(phase2Candidates[chosen]!);
	for (let i = 0; 2 * i < pairs.length; i++) {
		const answer = answers.network(place, i);
		const own = pairs[2 * i] === connection.localNetwork && pairs[2 * i + 1] === connection.remoteNetwork;
		if (i === 0 || answer !== UNKNOWN)
			yield {
				phase: 2, connection: name, subject: "networks", value: `${pairs[2 * i]} to ${pairs[2 * i + 1]}`, answer: word(answer), detail: reason(answer),
				weak: answer === ACCEPTED && (isWeak || isWeakGroup(group)), own, use: answer === ACCEPTED && !own ? `n-${place}-${i}` : ""
			};
	}
	let refused = 0;
	let why = 0;
	for (let i = 0; i < phase2Candidates.length; i++) {
		const answer = answers.algorithm(place, i);
		const own = configured.includes(i);
		const proposal = phase2Candidates[i]!;
		if (answer === ACCEPTED || own) {
			const shown = answer === UNKNOWN && chosen < 0 ? answers.refusal(place) : answer;
			yield {
				phase: 2, connection: name, subject: "algorithms", value: `${phase2Text(proposal)} ${pfsText(group)}`, answer: word(shown), detail: reason(shown),
				weak: isWeakPhase2(proposal) || isWeakGroup(group), own: own && group === connection.pfs, use: answer === ACCEPTED && !(own && group === connection.pfs) ? `2-${place}-${i}` : ""
			};
		}
		else if (isRefused(answer)) {
			refused++;
			why ||= answer;
		}
	}
	if (refused > 0)
		yield { phase: 2, connection: name, subject: "algorithms", value: `${refused} others`, answer: "refused", detail: reason(why), weak: false, own: false, use: "" };
	refused = why = 0;
	for (let i = 0; i < pfsGroups.length; i++) {
		const answer = answers.group(place, i);
		const own = pfsGroups[i] === connection.pfs;
		if (answer === ACCEPTED || own && answer !== UNKNOWN)
			yield {
				phase: 2, connection: name, subject: "PFS", value: pfsGroups[i] === "off" ? "off" : groupText(pfsGroups[i] as number), answer: word(answer), detail: reason(answer),
				weak: isWeakGroup(pfsGroups[i]!) || answer === ACCEPTED && isWeak, own, use: answer === ACCEPTED && !own ? `g-${place}-${i}` : ""
			};
		else if (isRefused(answer)) {
			refused++;
			why ||= answer;
		}
	}
	if (refused > 0)
		yield { phase: 2, connection: name, subject: "PFS", value: `${refused} others`, answer: "refused", detail: reason(why), weak: false, own: false, use: "" };
}

function pfsText(group: number | "off"): string {
	return group === "off" ? "without PFS" : `with PFS by ${groupText(group)}`;
}

/** What `use` of a row does to a draft of the settings; undefined: there is no such row to be taken over. */
export function askedEdit(asking: Found, use: string, current: PeerSettings = asking.settings): ((draft: Settings) => void) | undefined {
	for (const row of askedRows(asking, current))
		if (use !== "" && row.use === use) {
			const [kind, where, index] = use.split("-") as [string, string, string];
			return (draft) => {
				const peer = draft.peers.find((each) => each.name === asking.settings.name);
				if (peer !== undefined)
					edit(asking, peer, kind, where, Number(index));
			};
		}
	return undefined;
}

function edit(asking: Found, peer: PeerSettings, kind: string, where: string, index: number): void {
	const { answers, settings } = asking;
	if (kind === "1") {
		const mode = where as Mode;
		const first = phase1Candidates[index]!;
		// What the settings had and the peer takes stays, behind it. Aggressive mode has one group (T05).
		const others = peer.phase1Proposals.filter((each) => answers.phase1(mode, phase1Index(each)) === ACCEPTED && phase1Index(each) !== index
			&& (mode === "main" || each.dhGroup === first.dhGroup));
		peer.phase1Mode = mode;
		peer.phase1Proposals = [{ ...first }, ...others.map((each): Phase1Proposal => ({ ...each }))].slice(0, MOST);
		return;
	}
	const place = Number(where);
	const connection = peer.connections.find((each) => each.name === settings.connections[asking.connections[place]!]!.name);
	if (connection === undefined)
		return;
	const pairs = asking.networks[place]!;
	if (kind === "n") {
		connection.localNetwork = pairs[2 * index]!;
		connection.remoteNetwork = pairs[2 * index + 1]!;
	}
	const algorithm = kind === "2" ? index : answers.chosenAlgorithm(place);
	const others = connection.phase2Proposals.filter((each) => {
		const other = phase2Index(each);
		return other >= 0 && other !== algorithm && answers.algorithm(place, other) === ACCEPTED;
	});
	// Networks and a group were found with algorithms that the peer takes: those that it refuses go with either.
	connection.phase2Proposals = [{ ...phase2Candidates[algorithm]! }, ...others.map((each) => ({ ...each }))].slice(0, MOST);
	connection.pfs = pfsGroups[kind === "g" ? index : answers.chosenGroup(place)]!;
}
