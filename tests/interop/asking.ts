/** `ask` on the console, and its table. */
import type { GatewayConsole } from "./console.js";
import { until } from "./processes.js";

/** Lines of the table with this answer: "main mode AES-CBC-256/SHA256/MODP2048". */
export function answered(text: string, answer: string): string[] {
	return [...text.matchAll(new RegExp(`^ +\\d* +(\\S.*?) +${answer}(?: |$)`, "gm"))].map(([, line]) => line!.replace(/  +/g, " "));
}

/** Asks the peer "branch" until the table is as wanted; it, and the seconds that it took. */
export async function ask(keygate: GatewayConsole, wanted: (text: string) => boolean, limit: number): Promise<{ readonly text: string; readonly seconds: number }> {
	const began = performance.now();
	await keygate.command("ask branch");
	let text = "";
	try {
		await until(async () => wanted(text = await keygate.command("ask")) ? true : undefined, () => "", limit, 300);
	}
	catch {
		throw new Error(`${text}\n${await keygate.command("log 80")}`);
	}
	return { text, seconds: Math.round((performance.now() - began) / 1000) };
}
