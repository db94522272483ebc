/** /status.json: the snapshot in pieces of one row each. Field names and their order are a promise to other programs. */
import { nextUnsafe } from "../log/printable.js";
import { askText, changeText, titleOf, whereText } from "./advice.js";
import { certainty, others } from "./problems.js";
import type { ConnectionStatus, ShownProblem, Snapshot } from "./types.js";

const gatewayFields = Object.freeze(["name", "version", "uptime", "engine", "crypto", "storageFault"] as const);
const securityAssociationFields = Object.freeze([
	"destination", "direction", "spi", "protocol", "algorithm", "elapsedTime", "lifeTime", "bytesProcessed", "erroredPackets",
	"packets", "peer", "connection", "localNetwork", "remoteNetwork", "lifeKilobytes", "dying", "young"
] as const);
const ikeSecurityAssociationFields = Object.freeze([
	"id", "remoteGateway", "status", "state", "mode", "role", "algorithm", "authentication",
	"elapsedTime", "lifeTime", "natT", "phase2Negotiations", "peer", "dying", "young"
] as const);
const problemFields = Object.freeze(["time", "peer", "connection", "phase", "cause", "text", "setting", "role", "mode", "state", "sign"] as const);
const connectionFields = Object.freeze([
	"peer", "connection", "enabled", "up", "localNetwork", "remoteNetwork", "bytesIn", "bytesOut", "packetsIn", "packetsOut", "errorsIn", "errorsOut",
	"negotiations", "failedNegotiations", "turnCount"
] as const);
const turnFields = Object.freeze(["time", "up", "reason"] as const);

/** The document, each piece far below PAGE_PIECE_SIZE. The pieces are UTF-8 once encoded. */
export function* statusJSON(snapshot: Snapshot): Generator<string, void, undefined> {
	const { startNotice = "", certificateNotice = "", networkNotice = "" } = snapshot.gateway;
	yield `{\n"gateway": ${object(snapshot.gateway, gatewayFields).slice(0, -2)}${startNotice === "" ? "" : `, "startNotice": ${jsonText(startNotice)}`}`
		+ (certificateNotice === "" ? "" : `, "certificateNotice": ${jsonText(certificateNotice)}`)
		+ `${networkNotice === "" ? "" : `, "networkNotice": ${jsonText(networkNotice)}`} },\n`;
	yield* list("securityAssociations", snapshot.securityAssociations(), securityAssociationFields, ",\n");
	yield* list("ikeSecurityAssociations", snapshot.ikeSecurityAssociations(), ikeSecurityAssociationFields, ",\n");
	yield "\"problems\": [";
	let separator = "\n";
	for (const problem of snapshot.problems()) {
		yield separator + object(problem, problemFields).slice(0, -2);
		yield* problemRest(problem);
		separator = ",\n";
	}
	yield "],\n";
	yield* connections(snapshot);
}

function* connections(snapshot: Snapshot): Generator<string, void, undefined> {
	yield "\"connections\": [";
	let separator = "\n";
	for (const row of snapshot.connections()) {
		const fields = object(row, connectionFields);
		yield `${separator}${fields.slice(0, -2)}, "turns": [`;
		yield turns(row);
		yield "] }";
		separator = ",\n";
	}
	yield "]\n}\n";
}

/** What follows from a problem: how sure it is, what else it could be, the values of both sides, what to do. */
function* problemRest(problem: ShownProblem): Generator<string, void, undefined> {
	yield `, "certainty": "${certainty(problem, problem)}", "otherwise": ${texts(others(problem, problem))},\n  "values": [`;
	let separator = "\n    ";
	for (const { name, ours, theirs, differs, setting } of problem.values) {
		yield `${separator}{ "name": "${name}", "ours": ${texts(ours)}, "theirs": ${texts(theirs)}, "differs": ${differs}, "setting": ${jsonText(setting)} }`;
		separator = ",\n    ";
	}
	yield `],\n  "title": ${jsonText(titleOf(problem))}, "where": ${jsonText(whereText(problem))}, "change": ${jsonText(changeText(problem))},\n  "ask": ${jsonText([...askText(problem)].join("\n"))} }`;
}

function texts(list: readonly string[]): string {
	return `[${list.map(jsonText).join(", ")}]`;
}

/** JSON of a text: with what could not be seen, or would be taken for the end of a line or a turn of direction, written as `\uNNNN` too. */
export function jsonText(text: string): string {
	const json = JSON.stringify(text);
	let at = nextUnsafe(json, 0);
	if (at === json.length)
		return json;
	let result = "";
	let start = 0;
	while (at < json.length) {
		result += `${json.slice(start, at)}\\u${json.charCodeAt(at).toString(16).padStart(4, "0")}`;
		start = at + 1;
		at = nextUnsafe(json, start);
	}
	return result + json.slice(start);
}

function* list<T extends object>(name: string, rows: Iterable<T>, fields: readonly (keyof T & string)[], end: string): Generator<string, void, undefined> {
	yield `"${name}": [`;
	let separator = "\n";
	for (const row of rows) {
		yield separator + object(row, fields);
		separator = ",\n";
	}
	yield `]${end}`;
}

/** The last times at which a connection came up or went down. */
function turns(row: ConnectionStatus): string {
	let text = "";
	for (const turn of row.turns())
		text += (text === "" ? "" : ", ") + object(turn, turnFields);
	return text;
}

function object<T extends object>(row: T, fields: readonly (keyof T & string)[]): string {
	let text = "{ ";
	for (let i = 0; i < fields.length; i++) {
		const field = fields[i] as keyof T & string;
		const value = row[field];
		text += `${i === 0 ? "" : ", "}"${field}": ${typeof value === "string" ? jsonText(value) : String(value)}`;
	}
	return text + " }";
}
