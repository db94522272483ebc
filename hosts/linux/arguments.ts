/** The command line. */
import { parseAddress } from "../../modules/addresses.js";

export const usage = `usage: keygate --config FILE [--state DIR] [--http ADDR:PORT] [--console stdio|PATH|none]
       keygate --check FILE
       keygate --version | --help

  --config FILE          runs the gateway with these settings
  --state DIR            where changed settings and certificates are kept
  --http ADDR:PORT       where the pages are served, instead of what the settings say
  --console stdio        the serial console on standard input and output
  --console PATH         the serial console on a tty or pty device
  --check FILE           says what is wrong with a settings file
  --version              versions of keygate, of the XS engine and of the crypto library

signals: SIGTERM and SIGINT end it, with a Delete to each peer; SIGHUP reads the settings again: if they have no fault they are in use at once, and the
tunnels that they concern, no others, are closed and made by them; other addresses, ports and interfaces close all

exit codes: 0 ended by SIGTERM or SIGINT, or nothing to complain of; 1 bad settings; 2 wrong command line; 3 no permission;
4 a port is taken, or an address or interface cannot be had; 5 the state folder cannot be used; 6 no console device;
7 the control plane failed`;

export interface RunCommand {
	readonly kind: "run";
	readonly config: string;
	readonly state: string | undefined;
	readonly http: { readonly address: string; readonly port: number } | undefined;
	/** "stdio", a device's path, or undefined for none. */
	readonly console: string | undefined;
	/** For tests: "heap" is full at a SIGUSR1, or at the "end"; "throw": after it each kind of callback throws once. Not part of the usage, and not to be reached from the network. */
	readonly fault: "heap" | "end" | "throw" | undefined;
}

export type Command =
	| RunCommand
	| { readonly kind: "check"; readonly file: string }
	| { readonly kind: "version" }
	| { readonly kind: "help" }
	/** What is wrong with the command line. */
	| { readonly kind: "wrong"; readonly text: string };

/** Understands the words behind the program's name. `--option=value` is the same as `--option value`. */
export function parseArguments(words: readonly string[]): Command {
	let config: string | undefined;
	let check: string | undefined;
	let state: string | undefined;
	let http: RunCommand["http"];
	let console: string | undefined;
	let fault: RunCommand["fault"];
	const seen: string[] = [];
	for (let i = 0; i < words.length; i++) {
		const word = words[i]!;
		const equals = word.startsWith("--") ? word.indexOf("=") : -1;
		const name = equals < 0 ? word : word.slice(0, equals);
		if (name === "--help" || name === "-h" || name === "--version") {
			if (equals >= 0)
				return wrong(`${name} takes no value`);
			return { kind: name === "--version" ? "version" : "help" };
		}
		if (name !== "--config" && name !== "--check" && name !== "--state" && name !== "--http" && name !== "--console" && name !== "--fault")
			return wrong(name.startsWith("-") ? `unknown option "${name}"` : `unexpected word "${name}"`);
		const value = equals < 0 ? words[++i] : word.slice(equals + 1);
		if (value === undefined || value === "")
			return wrong(`${name} needs a value`);
		if (seen.includes(name))
			return wrong(`${name} is given twice`);
		seen.push(name);
		switch (name) {
			case "--config":
				config = value;
				break;
			case "--check":
				check = value;
				break;
			case "--state":
				state = value;
				break;
			case "--console":
				console = value === "none" ? undefined : value;
				break;
			case "--http":
				http = parseHTTP(value);
				if (http === undefined)
					return wrong(`--http: "${value}" is not ADDR:PORT`);
				break;
			default:
				if (value !== "heap" && value !== "end" && value !== "throw")
					return wrong(`--fault: "${value}" is unknown`);
				fault = value;
		}
	}
	if (check !== undefined)
		return seen.length > 1 ? wrong("--check goes with no other option") : { kind: "check", file: check };
	if (config === undefined)
		return wrong("--config FILE or --check FILE is needed");
	return { kind: "run", config, state, http, console, fault };
}

function wrong(text: string): Command {
	return { kind: "wrong", text };
}

function parseHTTP(text: string): RunCommand["http"] {
	const colon = text.lastIndexOf(":");
	const address = text.slice(0, colon);
	const port = Number(text.slice(colon + 1));
	if (colon < 0 || parseAddress(address) === undefined || String(port) !== text.slice(colon + 1) || !(port >= 0 && port <= 65535))
		return undefined;
	return { address, port };
}
