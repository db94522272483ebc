/** Target: what is typed, pasted or sent to the console, on a terminal and on a pipe. */
import { bytesOf } from "../../unit/httpd/network.js";
import { open } from "../../unit/console/port.js";
import { Input } from "./input.js";
import { holds, type Target } from "./loop.js";

function run(bytes: Uint8Array): void {
	const input = new Input(bytes);
	const how = input.byte();
	const { port, clock } = open({ terminal: (how & 1) !== 0, room: how & 2 ? 200 : 1e6 });
	for (let i = 0; i < 60 && !input.isOver; i++) {
		const what = input.byte();
		switch (what >> 6) {
		case 0: {
			port.put([...input.bytes(1 + (what & 63))]);
			break;
		}
		case 1: port.writable(1 + (what & 63) * 64); break;
		case 2: port.put([[13], [10], [9], [3], [4], [21], [27, 91, 65], [27, 91, 66], [127], [27, 91, 51, 126]][what % 10]!); break;
		default: clock.now += (what & 63) * 100;
		}
	}
	holds(port.output.length < 400000, `${port.output.length} bytes of output`);
	// whatever was shown, no control character of somebody else's
	if (!(how & 1))
		for (let i = 0; i < port.output.length; i++) {
			const code = port.output.charCodeAt(i);
			holds(code === 10 || code >= 32 && code !== 127 && !(code >= 128 && code < 160), `control character ${code} in the output`);
		}
	if (port.closed === 0) {
		port.writable(1e6);
		port.put([3, 13, 10]);
		port.writable(1e6);
		const before = port.output.length;
		port.type("version\r\n");
		port.writable(1e6);
		holds(port.closed > 0 || port.output.length > before, "it answers still");
	}
}

const text = (...parts: (number | string)[]): Uint8Array => Uint8Array.from(parts.flatMap((part) => typeof part === "number" ? [part] : [...bytesOf(part)]));
const commands = ["help", "status json", "log vpn 3", "log firewall", "peers", "up branch", "down branch office", "delete 0x1234", "ask branch", "attempts", "trace on", "problems", "settings", "memory", "clock", "version", "history", "update", "setup"];

export const consoleTarget: Target = {
	name: "console", run, runs: 1000,
	seeds: [...commands.map((command) => text(0, command.length - 1, command, 128)), ...commands.map((command) => text(1, command.length - 1, command, 137, 128)), ...commands.map((command) => text(3, command.length - 1, command, 128, 65, 70))],
	words: [...commands, " ", "\u001b[", "\u001b[200~", "\u0000", "\"", "\t"].map((word) => text(word)),
};
