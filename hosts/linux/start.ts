/** Composition for Linux: what the command line asks for, and the unit with its signals. */
import { version } from "../../modules/gateway/gateway.js";
import { SETTINGS_SIZE } from "../../modules/limits.js";
import { printable } from "../../modules/log/printable.js";
import { Store } from "../../modules/settings/store.js";
import { settingsTable } from "../../modules/settings/table.js";
import { faultLine, parse } from "../../modules/settings/validate.js";
import { Accelerator } from "../../modules/crypto/crypto.js";
import { EACCES, EDQUOT, ENOSPC, EROFS, errorText } from "../unit/errno.js";
import { CONTROL, OK, SETTINGS, StartFault, STATE, USAGE } from "../unit/faults.js";
import { startAnew, wallClock } from "../unit/loop.js";
import { Unit } from "../unit/unit.js";
import { engine } from "../xs/machine.js";
import { parseArguments, usage, type RunCommand } from "./arguments.js";
import { LinuxPlatform } from "./platform.js";
import { commandLine, exit, makeFolder, print, printError, readFile, RESTART_SETTINGS, restartReason, SIGHUP, SIGUSR1 } from "./process.js";
import { openSettings, readDocument } from "./settings.js";
import { folderFault, FolderStorage } from "./storage.js";

/** Does what the command line says; the loop ends the process, at once or after a gateway's life. */
export function run(): void {
	const command = parseArguments(commandLine());
	switch (command.kind) {
		case "help":
			print(usage);
			return exit(OK);
		case "version":
			print(`keygate ${version}, ${engine()}, ${new Accelerator().description}`);
			return exit(OK);
		case "wrong":
			printError(`keygate: ${printable(command.text)}, try --help`);
			return exit(USAGE);
		case "check":
			return exit(check(command.file));
		case "run":
			return start(command);
	}
}

/** `--check`: every fault and every warning of a settings file, a line each on standard output. */
function check(file: string): number {
	const document = readFile(file, SETTINGS_SIZE + 1);
	if (typeof document === "string") {
		printError(`${file}: ${document}`);
		return SETTINGS;
	}
	const here = parse(document, wallClock());
	// What the firmware takes is right, although this program asks for more. What it would ask for itself is no matter of a document that is wrong here.
	const there = here.faults.length === 0 ? here : parse(document, wallClock(), true);
	const isRight = there.faults.length === 0;
	for (const fault of isRight ? [] : here.faults)
		print(faultLine(file, fault));
	for (const warning of isRight && there !== here ? [...there.warnings, ...here.faults] : here.warnings)
		print(faultLine(file, warning, true));
	return isRight ? OK : SETTINGS;
}

function start(command: RunCommand): void {
	const crypto = new Accelerator();
	const storage = command.state === undefined ? undefined : new FolderStorage(command.state);
	const store = new Store({ table: settingsTable(), crypto, wallClock, storage });
	try {
		const stateFault = storage === undefined ? "" : openState(command.state!, storage);
		const told = store.resume() === undefined ? openSettings(store, command.config, command.state) : "";
		if (told === undefined)
			return exit(SETTINGS);
		if (stateFault !== "")
			store.storageFault = stateFault;
		const platform = new LinuxPlatform(command, storage, told, (signal) => onSignal(signal, command, unit, store));
		const unit = new Unit({ platform, store, crypto });
		unit.open();
	}
	catch (error) {
		const fault = error instanceof StartFault ? error : new StartFault(CONTROL, `start failed: ${String(error)}`);
		printError(`keygate: ${printable(fault.message)}`);
		if (restartReason() !== RESTART_SETTINGS || !store.revert())
			return exit(fault.status);
		printError("keygate: the settings before are in use again");
		startAnew();
	}
}

/**
 * Makes the state folder if it is missing. "", or why nothing can be kept in it: a gateway goes on without. Throws a StartFault when this process begins, and it
 * cannot be a folder, or has settings that cannot be read: later what it had is in memory, and tunnels are up.
 */
function openState(folder: string, storage: FolderStorage): string {
	const result = -makeFolder(folder);
	if (restartReason() === 0) {
		if (result !== 0 && result !== EROFS && result !== ENOSPC && result !== EDQUOT)
			throw new StartFault(STATE, `state folder ${folder} cannot be written: ${errorText(result)}`);
		const barred = storage.barred();
		if (barred !== "")
			throw new StartFault(STATE, `${barred}, which has settings, cannot be read: ${errorText(EACCES)}`);
	}
	return result === 0 ? "" : folderFault(result);
}

function onSignal(signal: number, command: RunCommand, unit: Unit, store: Store): void {
	if (signal === SIGUSR1) {
		if (command.fault === "heap")
			fillHeap();
		return;
	}
	if (signal === SIGHUP)
		return reload(command.config, unit, store);
	try {
		unit.close(command.fault === "end" ? fillHeap : undefined);
	}
	finally {
		exit(OK);
	}
}

/** Reads the settings again. */
function reload(config: string, unit: Unit, store: Store): void {
	unit.reload(readDocument(store, config), (result) => {
		if (result?.ok === true)
			return printError(`keygate: settings read anew: ${result.text}`);
		for (const fault of result?.faults ?? [])
			printError(faultLine(config, fault));
		if (result?.faults.length === 0)
			printError(`keygate: settings not read anew: ${result.text}`);
	});
}

/** For the test that a full heap ends this control plane and starts another. */
function fillHeap(): never {
	const hoard: ArrayBuffer[] = [];
	for (;;)
		hoard.push(new ArrayBuffer(1024));
}
