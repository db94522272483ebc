/** Firmware on the administration page and the console, as far as the pages know it. */
import test from "ava";
import type { Firmware, FirmwareSlot } from "../../../modules/settings/services.js";
import { ADMIN, site } from "./site.js";
import type { Site } from "./site.js";
import { fakeGateway } from "./gateway.js";

class FakeFirmware implements Firmware {
	readonly asked: string[] = [];
	size = 0;
	fault = "";
	hindrance = "";
	told = "";

	*slots(): Generator<FirmwareSlot> {
		yield { slot: 0, version: "0.1.0", state: "running, came up healthy" };
		yield { slot: 1, version: "<b>", state: "" };
	}

	outcome(): string {
		return this.told;
	}

	obstacle(): string {
		return this.hindrance;
	}

	begin(older: boolean): string {
		this.asked.push(`begin ${older}`);
		return this.fault;
	}

	write(bytes: Uint8Array): string {
		this.size += bytes.length;
		return this.size > 20_000 ? "This image is too long for a slot, or empty." : "";
	}

	end(): string {
		this.asked.push("end");
		return "";
	}

	received(): string {
		return "0.2.0";
	}

	served(): void {
		this.asked.push("served");
	}
}

function send({ network }: Site, token: string, content: string, older = "", head = `Host: 10.1.0.1\r\n${ADMIN}`): { status: number; head: string; body: string } {
	const body = `--b\r\nContent-Disposition: form-data; name="token"\r\n\r\n${token}\r\n${older}--b\r\nContent-Disposition: form-data; name="file"; filename="x.bin"\r\n\r\n${content}\r\n--b--\r\n`;
	const client = network.connect();
	client.send(`POST /settings/administration/firmware HTTP/1.1\r\n${head}Content-Type: multipart/form-data; boundary=b\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`, 512);
	client.leave();
	return client.answers()[0]!;
}

test("firmware: a unit whose firmware is not its own affair says nothing of it", (t) => {
	const one = site();
	t.false(one.ask("GET /settings/administration").body.includes("irmware"));
	t.is(one.ask("GET /settings/administration/firmware").status, 404);
	t.is(send(one, one.token.text, "x").status, 404);
});

test("firmware: the page shows both slots and how the last update went, and takes another one", (t) => {
	const firmware = new FakeFirmware();
	const one = site(fakeGateway(), undefined, firmware);
	firmware.told = "The last update <was> tried";
	const page = one.ask("GET /settings/administration").body;
	t.true(page.includes("<li>Slot 0: <b>0.1.0</b>, running, came up healthy<li>Slot 1: <b>&lt;b&gt;</b>"));
	t.true(page.includes("The last update &lt;was&gt; tried"));
	t.true(page.includes("<form class=\"card settings\" id=firmware method=post action=\"/settings/administration/firmware\" enctype=multipart/form-data"));
	t.true(page.indexOf("name=token value", page.indexOf("id=firmware ")) < page.indexOf("name=file", page.indexOf("id=firmware ")), "what stands before the file comes before the file");
	t.deepEqual(firmware.asked, ["served"]);
	const answer = send(one, one.token.text, "y".repeat(15_000), "--b\r\nContent-Disposition: form-data; name=\"older\"\r\n\r\n1\r\n");
	t.is(answer.status, 303);
	const location = /Location: (\S+)/.exec(answer.head)![1]!;
	t.true(location.endsWith("#firmware"));
	t.deepEqual(firmware.asked, ["served", "begin true", "end"]);
	t.is(firmware.size, 15_000);
	t.true(one.ask(`GET ${location.split("#")[0]}`).body.includes("Firmware 0.2.0 is stored and verified."));
});

test("firmware: what is refused is told above the form; the rest of a file that is refused is not stored", (t) => {
	const firmware = new FakeFirmware();
	const one = site(fakeGateway(), undefined, firmware);
	const long = send(one, one.token.text, "y".repeat(60_000));
	t.is(long.status, 400);
	t.true(long.body.includes("<div class=faults role=alert tabindex=-1 autofocus><p>This image is too long for a slot, or empty.</div>"));
	t.true(firmware.size < 30_000);
	firmware.fault = "This file is not a firmware image.";
	firmware.size = 0;
	t.true(send(one, one.token.text, "y".repeat(9000)).body.includes("This file is not a firmware image."));
	t.is(firmware.size, 0);
	t.false(firmware.asked.includes("end"));
	firmware.hindrance = "The firmware that runs is itself on trial.";
	const page = one.ask("GET /settings/administration").body;
	t.true(page.includes("<p class=weak>The firmware that runs is itself on trial.") && !page.includes("Store firmware"));
});

test("firmware: only the administrator's own page may send one", (t) => {
	const firmware = new FakeFirmware();
	const one = site(fakeGateway(), undefined, firmware);
	t.is(send(one, "0".repeat(32), "y".repeat(9000)).status, 403);
	t.is(send(one, one.token.text, "y", "", "Host: 10.1.0.1\r\n").status, 401);
	t.is(send(one, one.token.text, "y", "", `Host: elsewhere\r\n${ADMIN}`).status, 421);
	t.is(firmware.asked.filter((each) => each !== "served").length, 0);
	t.is(send(one, "", "y", "", `Host: 10.1.0.1\r\n${ADMIN}X-Keygate: 1\r\n`).status, 303, "or who can set a header field");
	t.is(one.ask("POST /settings/administration/firmware", `Host: 10.1.0.1\r\n${ADMIN}X-Keygate: 1\r\n`, "a=b").status, 400);
});
