// The command line of `npm run firmware`.

export const usage = `usage: npm run firmware -- [--flash FILE] [--settings FILE] [--wan TAP] [--lan TAP] [--console stdio|PATH] [--http PORT]

Boots the firmware on QEMU's RISC-V board; SIGTERM or Ctrl-C turns it off.

  --flash FILE           the flash chip's contents; made when it is missing: a board as it leaves the factory
  --settings FILE        puts these settings into the flash before the boot
  --wan TAP, --lan TAP   tap devices that are there, for the ports; a port without one is in QEMU's own network
  --console stdio        the serial console on this terminal; this is the default
  --console PATH         the serial console on a tty or pty device
  --http PORT            the port of 127.0.0.1 where the pages are, without --lan; any free one when it is not given

Without --flash nothing is kept, and without --settings as well the board has settings for a look around, with a password of its own.`;

/** What is wrong with the command line. */
export class OptionError extends Error {}

const names = ["flash", "settings", "wan", "lan", "console", "http"];

/** Understands the words behind `npm run firmware --`: an option's value by its name. `--option=value` is the same as `--option value`. */
export function parseOptions(words) {
	const options = {};
	for (let i = 0; i < words.length; i++) {
		const word = words[i];
		if (word === "--help" || word === "-h")
			return { help: true };
		const equals = word.startsWith("--") ? word.indexOf("=") : -1;
		const option = equals < 0 ? word : word.slice(0, equals);
		const name = names.find((each) => `--${each}` === option);
		if (name === undefined)
			throw new OptionError(word.startsWith("-") ? `unknown option "${option}"` : `unexpected word "${word}"`);
		const value = equals < 0 ? words[++i] : word.slice(equals + 1);
		if (value === undefined || value === "")
			throw new OptionError(`${option} needs a value`);
		if (options[name] !== undefined)
			throw new OptionError(`${option} is given twice`);
		options[name] = value;
	}
	for (const name of ["wan", "lan"]) {
		if (options[name] !== undefined && !/^[^\s/:]{1,15}$/.test(options[name]))
			throw new OptionError(`--${name}: "${options[name]}" is not the name of a network device: expected at most 15 characters without blank, "/" and ":"`);
	}
	if (options.wan !== undefined && options.wan === options.lan)
		throw new OptionError(`--wan and --lan are both "${options.wan}": expected a tap device of its own for each port`);
	if (options.http !== undefined) {
		const port = /^\d{1,5}$/.test(options.http) ? Number(options.http) : 0;
		if (port < 1 || port > 65535)
			throw new OptionError(`--http: "${options.http}" is not a port: expected 1 to 65535`);
		if (options.lan !== undefined)
			throw new OptionError("--http goes without --lan only: with a tap the pages are where the settings say");
		options.http = port;
	}
	return options;
}
