/// <reference lib="dom" />
/** What is wrong with a page: for those who cannot see it, and by the HTML standard. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { HtmlValidate } from "html-validate";
import type { Page } from "playwright-core";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
// What the standard says, not how somebody would have it written.
const validator = new HtmlValidate({ root: true, extends: ["html-validate:standard"] });

/** What axe-core finds, a line for each. */
export async function complaintsOf(page: Page): Promise<string[]> {
	await page.evaluate(axe);
	return page.evaluate(async () => {
		const { axe } = window as unknown as { axe: { run(): Promise<{ violations: { id: string; nodes: { html: string; failureSummary: string }[] }[] }> } };
		const { violations } = await axe.run();
		return violations.flatMap(({ id, nodes }) => nodes.map(({ html, failureSummary }) => `${id}: ${html.slice(0, 160)}: ${failureSummary.replace(/\s+/g, " ").slice(0, 300)}`));
	});
}

/** What the HTML standard has against the text of a page, a line for each. */
export async function faultsOf(html: string): Promise<string[]> {
	const { results } = await validator.validateString(html);
	return results.flatMap(({ messages }) => messages.map(({ ruleId, message, line, column }) => `${line}:${column} ${ruleId}: ${message}`));
}

/** Headings whose text lies over or under something that can be pressed, a line for each. */
export function overlapsOf(page: Page): Promise<string[]> {
	return page.evaluate(() => {
		const found: string[] = [];
		for (const heading of document.querySelectorAll("h1,h2,h3")) {
			const range = document.createRange();
			range.selectNodeContents(heading);
			for (const { left, right, top, bottom } of range.getClientRects())
				for (const other of document.querySelectorAll("a,button,summary,input,select,textarea")) {
					const box = other.getBoundingClientRect();
					if (!heading.contains(other) && !other.contains(heading) && box.left < right - 1 && box.right > left + 1 && box.top < bottom - 1 && box.bottom > top + 1)
						found.push(`"${heading.textContent}" and "${other.textContent}"`);
				}
		}
		return found;
	});
}
