/** `setup`: what a unit has to be told, asked step by step. */
import { printable } from "../log/printable.js";
import { answerAt, newPasswordFault, PASSWORD_SIZE, setUp, setUpOf, type SetUp } from "../settings/setup.js";
import type { Commands } from "../status/types.js";
import { isYes, type Dialog } from "./dialog.js";

/** Asks until the answers are right. What was typed stands as what is meant when nothing is typed the next time. */
export function* setUpDialog({ configuration }: Commands): Dialog {
	const { firmware = false, isFactory = false } = configuration;
	const answers = setUpOf(configuration.settings, firmware);
	yield `${isFactory ? "This unit is not set up yet. " : ""}An empty answer takes what is in brackets; Ctrl-C gives up.\n`;
	for (;;) {
		answers.name = yield* asked("Unit's name", answers.name);
		if (firmware)
			answers.learned = isYes(yield* asked("Take the WAN address from a DHCP server, yes or no", answers.learned ? "yes" : "no"));
		if (!answers.learned)
			answers.wanAddress = yield* asked(firmware ? "WAN address with prefix length, such as 203.0.113.5/24" : "WAN address", answers.wanAddress);
		if (firmware && !answers.learned)
			answers.wanRouter = yield* asked("Router on the WAN, \"none\" for none", answers.wanRouter);
		if (answers.wanRouter.trim() === "none")
			answers.wanRouter = "";
		answers.lanAddress = yield* asked("LAN address with prefix length", answers.lanAddress);
		if (answers.password === "")
			answers.password = yield* password(isFactory);
		const result = configuration.change((draft) => setUp(draft, answers, firmware));
		if (result.ok) {
			yield `${result.text}\n${result.storageFault === "" ? "" : `? it is not kept: ${result.storageFault}\n`}`;
			return;
		}
		yield* faults(answers, result.faults, result.text);
	}
}

function* asked(what: string, before: string): Generator<string | { ask: string }, string, string> {
	const answer = (yield { ask: `${what}${before === "" ? "" : ` [${printable(before)}]`}: ` }).trim();
	return answer === "" ? before : answer;
}

function* password(needed: boolean): Generator<string | { ask: string; hidden: boolean }, string, string> {
	for (;;) {
		const first = yield { ask: `Administrator's password, at least ${PASSWORD_SIZE} characters${needed ? "" : " [as it is]"}: `, hidden: true };
		if (first === "" && !needed)
			return "";
		const fault = newPasswordFault(first, first) || newPasswordFault(first, yield { ask: "Again: ", hidden: true });
		if (fault === "")
			return first;
		yield `? the password ${fault.replace("in both fields", "both times")}\n`;
	}
}

function* faults(answers: SetUp, found: readonly { readonly path: string; readonly text: string }[], text: string): Generator<string, void, string> {
	for (let i = 0; i < found.length && i < 8; i++) {
		const { path, text: what } = found[i]!;
		yield `${printable(`? ${path}: ${what}`.slice(0, 200))}\n`;
		if (answerAt(path) === "password")
			answers.password = "";
	}
	yield found.length === 0 ? `? ${text}\n` : "once more:\n";
}
