/** Makes small executables of modules written in a test, by the chain that makes keygate. */
import { execFile } from "node:child_process";
import { rmSync } from "node:fs";
import { mkdir, mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";

interface Module {
	readonly name: string;
	readonly js: string;
	readonly preload: boolean;
}

/** The parts of hosts/xs/chain.mjs that are used here. */
interface Chain {
	readonly root: string;
	engine(folder: string): Promise<{ compiler: string; objects: string[] }>;
	byteCode(options: { compiler: string; folder: string; modules: readonly Module[] }): Promise<Module[]>;
	link(options: Record<string, unknown>): Promise<string>;
}

const root = process.cwd();
const chain = await import(pathToFileURL(join(root, "hosts/xs/chain.mjs")).href) as Chain;

export interface Output {
	readonly status: number;
	readonly out: string;
	readonly error: string;
}

const folders: string[] = [];
process.once("exit", () => folders.forEach((folder) => rmSync(folder, { recursive: true, force: true })));

/** A folder that is gone when the tests are over. */
async function temporaryFolder(): Promise<string> {
	const folder = await mkdtemp(join(tmpdir(), "keygate-xs-"));
	folders.push(folder);
	return folder;
}

/** Runs a program to its end. */
export function run(program: string, ...args: string[]): Promise<Output> {
	return new Promise((resolve) => {
		execFile(program, args, { timeout: 60000 }, (error, out, text) => {
			resolve({ status: typeof error?.code === "number" ? error.code : error ? 128 : 0, out, error: text });
		});
	});
}

interface Options {
	/** False: no module is preloaded. */
	readonly preload?: boolean;
	/** Bare specifiers that the machine knows. */
	readonly aliases?: readonly string[];
}

export class Workshop {
	readonly #name: string;
	#made = 0;
	/** One at a time: they share compiled objects. */
	#turn: Promise<unknown> = Promise.resolve();

	/** `name`: the test file's, since files run at the same time and do not share. */
	constructor(name: string) {
		this.#name = name;
	}

	/**
	 * Links an executable of `sources` (name: JavaScript text) with the C file `main` of the repository and `more` C files. Modules whose name
	 * begins with `load/` are not preloaded. Rejects with the build's fault.
	 */
	make(sources: Readonly<Record<string, string>>, main: string, more: readonly string[] = [], options: Options = {}): Promise<string> {
		const product = this.#turn.then(() => this.#build(sources, main, more, options));
		this.#turn = product.catch(() => undefined);
		return product;
	}

	async #build(sources: Readonly<Record<string, string>>, main: string, more: readonly string[], { preload = true, aliases = [] }: Options): Promise<string> {
		const machine = await chain.engine(join(root, "build/xs"));
		const folder = await temporaryFolder();
		const modules: Module[] = [];
		for (const [name, text] of Object.entries(sources)) {
			const js = join(folder, `${name}.js`);
			await mkdir(dirname(js), { recursive: true });
			await writeFile(js, text);
			modules.push({ name, js, preload: preload && !name.startsWith("load/") });
		}
		const compiled = await chain.byteCode({ compiler: machine.compiler, folder: join(folder, "code"), modules });
		return chain.link({
			// objects are kept for the next test; the modules and the product are this one's
			product: join(folder, `product${++this.#made}`), engine: machine, folder, objects: join(root, "build/xs/test-objects", this.#name), modules: compiled, entry: "",
			sources: [join(root, main), ...more], aliases
		});
	}
}

/** A C file with `text`, for `Workshop.make`. */
export async function cFile(name: string, text: string): Promise<string> {
	const path = join(await temporaryFolder(), name);
	await writeFile(path, text);
	return path;
}
