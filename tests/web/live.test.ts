/** Chromium at a live gateway: the lab's. Delete takes a tunnel away, and the next packet brings a new one. */
import { testUnless } from "../needs.js";
import { Laboratory } from "../node/laboratory.js";
import { launch, wanting } from "./browser.js";

testUnless(wanting, "Delete on the page of a live gateway: the SA goes, a new one comes with the next packet", 300_000, async (t) => {
	const lab = await new Laboratory().ready();
	const browser = await launch();
	try {
		const context = await browser.newContext({ httpCredentials: { username: lab.user, password: lab.password }, viewport: { width: 1200, height: 900 } });
		const page = await context.newPage();
		const complaints: string[] = [];
		page.on("pageerror", (error) => complaints.push(String(error)));
		await page.goto(lab.url);
		t.is(await page.title(), "IPSec \u2013 Status \u00b7 gate-a");
		await page.locator(".state.on", { hasText: /^Activated$/ }).first().waitFor();

		// What the page shows is what /status.json says.
		const before = await lab.until((status) => status.securityAssociations.length >= 4);
		await page.locator("#refresh").click();
		for (const sa of before.securityAssociations)
			await page.locator("#security-associations th", { hasText: sa.spi }).waitFor();

		// A traffic tunnel.
		const { spi, connection } = before.securityAssociations.find((sa) => sa.direction === "Outgoing" && !sa.dying)!;
		await page.getByRole("button", { name: `Delete SA ${spi}` }).click();
		await page.locator("#security-associations th", { hasText: spi }).waitFor({ state: "detached" });
		const after = await lab.until((status) => status.securityAssociations.some((sa) => sa.direction === "Outgoing" && sa.connection === connection && sa.spi !== spi && sa.packets > 0));
		t.false(after.securityAssociations.some((sa) => sa.spi === spi));
		const renewed = after.securityAssociations.find((sa) => sa.direction === "Outgoing" && sa.connection === connection && sa.packets > 0)!;
		await page.locator("#security-associations th", { hasText: renewed.spi }).waitFor();

		// The key tunnel, without scripts.
		const plain = await (await browser.newContext({ httpCredentials: { username: lab.user, password: lab.password }, javaScriptEnabled: false })).newPage();
		await plain.goto(lab.url);
		const { id } = after.ikeSecurityAssociations.find((sa) => sa.state === 9)!;
		await plain.locator(`button[formaction="/ike-sa/${id}/delete"]`).click();
		await plain.waitForURL(/\/status#ike-security-associations$/);
		t.is(await plain.locator(`#ike-${id}`).count(), 0);
		await lab.until((status) => status.ikeSecurityAssociations.every((sa) => sa.id !== id));
		t.deepEqual(complaints, []);
	}
	finally {
		await browser.close();
		t.is(await lab.stop(), 0);
	}
});
