/** Tests that need what is not on every machine. */
import test, { type ExecutionContext } from "ava";

/** What network namespaces and raw sockets need; undefined: it is there. */
export const root = process.getuid?.() === 0 ? undefined : "root";

/** Declares a test that has its file's turn to itself and may take `limit` milliseconds. Where something is wanting it is skipped, and says what. */
export function testUnless(wanting: string | undefined, title: string, limit: number, body: (t: ExecutionContext) => Promise<void> | void): void {
	if (wanting !== undefined) {
		test.skip(`skipped: needs ${wanting}: ${title}`, () => {});
		return;
	}
	test.serial(title, async (t) => {
		t.timeout(limit);
		await body(t);
	});
}
