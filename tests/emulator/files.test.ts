/** Files that a board takes and gives, in the memory that its settings use, too: backups with secrets, certificates; what is in use is in its flash meanwhile. */
import { freePort } from "../../hosts/emulator/usernet.js";
import { Authority } from "../authority.js";
import { Firmware } from "./firmware.js";
import { firmware, result } from "./lab.js";
import { Pages } from "./pages.js";
import { document, PASSWORD, userNetworks } from "./settings.js";

const PASSPHRASE = "a passphrase of the backup";

firmware("files: a backup with secrets is made and restored, certificates come as files; all of it is there after a power cut", async (t) => {
	const root = new Authority({ subject: "/C=DE/O=Keygate/CN=Root", bits: 2048 });
	const between = new Authority({ subject: "/C=DE/O=Keygate/CN=Between", bits: 2048, pathLength: 0 }, root);
	const own = [1].map((i) => ({ name: `own-${i}`, ...between.issue({ subject: `/C=DE/O=Keygate/CN=gate-${i}`, bits: 2048 }) }));
	const settings = {
		...document(),
		certificates: {
			own: own.map(({ name, certificate, key }) => ({ name, certificate: certificate + between.certificate, key })),
			trusted: [{ name: "root", certificate: root.certificate }], revocationLists: [{ name: "root", crl: root.list() }],
		},
	};
	const port = await freePort();
	const board = new Firmware(userNetworks(settings, port));
	const pages = new Pages(port);
	const post = async (path: string, body: FormData | URLSearchParams): Promise<Response> => pages.fetch(path, { method: "POST", headers: { "x-keygate": "1" }, body });
	const form = (file: string, text: string, fields: Readonly<Record<string, string>>): FormData => {
		const data = new FormData();
		for (const [name, value] of Object.entries(fields))
			data.set(name, value);
		data.set("file", new Blob([text]), file);
		return data;
	};
	try {
		await board.boot(settings);
		await pages.served();
		const response = await post("/settings/administration/backup", new URLSearchParams({ secrets: "with", "backup-passphrase": PASSPHRASE, "backup-again": PASSPHRASE }));
		t.is(response.status, 200);
		const backup = await response.text();
		t.regex(backup, /"secrets": \{"cipher": "aes-256-gcm"/);
		await (await post("/settings/administration/unit", new URLSearchParams({ name: "another" }))).arrayBuffer();
		t.is((await pages.status()).gateway.name, "another");
		const taken = await post("/settings/certificates/import", form("second.pem", between.certificate, { as: "trusted", "import-name": "between" }));
		await taken.arrayBuffer();
		t.true(taken.status < 400, `${taken.status}`);
		const wrong = await post("/settings/administration/restore", form("backup.json", backup, { use: "with", "restore-passphrase": "not the passphrase" }));
		t.regex(await wrong.text(), /passphrase is wrong/);
		t.is((await pages.status()).gateway.name, "another");
		const restored = await post("/settings/administration/restore", form("backup.json", backup, { use: "with", "restore-passphrase": PASSPHRASE }));
		await restored.arrayBuffer();
		t.true(restored.status < 400, `${restored.status}`);
		for (const what of ["then", "after a power cut"]) {
			t.is((await pages.status()).gateway.name, "board", what);
			const list = await pages.text("/settings/certificates");
			t.true(["own-1", "root"].every((name) => list.includes(name)), what);
			t.regex(await pages.text("/settings/certificates/own/own-1"), /gate-1/, what);
			const memory = await board.command("memory");
			const rows = new Map([...memory.matchAll(/^(\S.*?) +(\d+) +(\d+) +(\d+) +\d+$/gm)].map(([, name, , highest, size]) => [name!, [Number(highest), Number(size)] as const]));
			for (const name of ["XS stack", "C stack", "C heap", "mbedTLS"]) {
				const [highest, size] = rows.get(name)!;
				result(`files, ${what}: ${name} ${highest} of ${size}`);
				t.true(highest <= size - size / 50, `${name}: ${highest} of ${size}`);
			}
			t.notRegex(await board.command("log vpn 60"), /started anew/);
			if (what === "then") {
				await board.cut();
				await board.boot();
				await pages.served();
			}
		}
		pages.password = PASSWORD;
	}
	catch (error) {
		t.log(`the board:\n${board.output.slice(-6000)}`);
		throw error;
	}
	finally {
		await board.close();
	}
});
