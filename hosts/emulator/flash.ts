/** The contents of the board's flash chip: hosts/riscv/flash.mjs, with types. */

/** A chip's contents in an open file. */
export interface FlashFile {
	close(): void;
}

export interface FlashModule {
	/** What a caller can do something about. */
	readonly FlashError: new (text: string) => Error;
	readonly FlashFile: new (path: string) => FlashFile;
	/** Makes the file when it is missing, with boot loader and firmware as they were built, and writes or erases what is named; says what is in it then. */
	prepareFlash(path: string, changes?: { readonly boot?: string; readonly firmware?: string; readonly slot?: number; readonly settings?: string; readonly erase?: readonly string[] }): Promise<string[]>;
	putSettings(flash: FlashFile, document: Uint8Array, name?: string): Promise<void>;
	readSettings(flash: FlashFile): Promise<Buffer | undefined>;
}

/** Loaded when it is needed: a test file that waits for an import has no tests. */
export function flashModule(): Promise<FlashModule> {
	return import(new URL("../../../../hosts/riscv/flash.mjs", import.meta.url).href) as Promise<FlashModule>;
}

/** The numbers of hosts/riscv/layout.h. */
export async function layout(): Promise<Readonly<Record<string, number>>> {
	return (await import(new URL("../../../../hosts/riscv/layout.mjs", import.meta.url).href) as { layout: Readonly<Record<string, number>> }).layout;
}
