/** What everybody in a test said, for one that fails. */
import type { ExecutionContext } from "ava";

/** Runs `body`; when it throws, what everybody said, by name, is logged with the test. */
export async function logging(t: ExecutionContext, said: () => Readonly<Record<string, string>> | Promise<Readonly<Record<string, string>>>, body: () => Promise<void>): Promise<void> {
	try {
		await body();
	}
	catch (error) {
		try {
			for (const [name, text] of Object.entries(await said()))
				t.log(`${name}:\n${text}`);
		}
		catch (silence) {
			t.log(`what was said is not known: ${(silence as Error).message}`);
		}
		throw error;
	}
}
