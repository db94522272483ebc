import test from "ava";
import { Authentication, VERIFICATION_TIME, VERIFICATIONS, WAITING } from "../../../modules/httpd/authentication.js";
import { decodeBase64 } from "../../../modules/base64.js";
import { formValue, queryValue } from "../../../modules/httpd/form.js";
import { escapeHTML } from "../../../modules/httpd/html.js";
import { isOwnHost } from "../../../modules/httpd/origin.js";
import { ADDRESSES, FIRST_WAIT, FREE, Lockouts, LONGEST_WAIT, MEMORY } from "../../../modules/httpd/lockout.js";
import { RequestParser } from "../../../modules/httpd/request.js";
import { PENDING } from "../../../modules/httpd/response.js";
import type { Response } from "../../../modules/httpd/response.js";
import { FormToken } from "../../../modules/httpd/token.js";
import { fakeCrypto } from "./crypto.js";
import { bytesOf, textOf } from "./network.js";

const ADMIN = "YWRtaW46c2VjcmV0OnM="; // admin:secret:s

/** A password that nobody has, another for each number. */
function wrong(number: number): string {
	return `Basic YWRtaW46${"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdef"[number % 32]}${"AQgw"[Math.floor(number / 32) % 4]}==`;
}

/** Of an answer; 0: there is none, since the request is welcome. */
function status(answer: Response | typeof PENDING | undefined): number {
	return answer === PENDING ? -1 : answer?.status ?? 0;
}

function setUp(): { authentication: Authentication; clock: { time: number }; verified: string[]; failed: { address: string; wait: number }[] } {
	const clock = { time: 0 };
	const verified: string[] = [];
	const failed: { address: string; wait: number }[] = [];
	const authentication = new Authentication({
		realm: "gate\"a\r\n", crypto: fakeCrypto(), now: () => clock.time,
		verify(user, password) {
			verified.push(`${user}|${password}`);
			return user === "admin" && password === "secret:s";
		},
		failed: (address, wait) => failed.push({ address, wait }),
	});
	return { authentication, clock, verified, failed };
}

test("no password: 401 with a challenge whose realm is quoted", (t) => {
	const { authentication, verified } = setUp();
	const answer = authentication.check("") as Response;
	t.is(answer.status, 401);
	t.deepEqual(answer.headers, ["WWW-Authenticate: Basic realm=\"gate?a??\", charset=\"UTF-8\""]);
	for (const other of ["Bearer abc", "Basic", "Basic !!!!", "Basic YWRtaW4=", "Basic YWRtaW46c2VjcmV0OnM", "Basic /////w=="])
		t.is(status(authentication.check(other)), 401, other);
	t.deepEqual(verified, []);
});

test("the right password is verified once, and known from then on", (t) => {
	const { authentication, verified } = setUp();
	for (let i = 0; i < 100; i++)
		t.is(authentication.check(i % 2 === 0 ? `Basic ${ADMIN}` : `basic  ${ADMIN}`), undefined);
	t.deepEqual(verified, ["admin|secret:s"]);
	authentication.forget();
	t.is(authentication.check(`Basic ${ADMIN}`), undefined);
	t.is(verified.length, 2);
});

test("wrong passwords cannot stall the machine: a few at once, then two a second whoever asks, and who is known is served", (t) => {
	const { authentication, clock, verified } = setUp();
	t.is(authentication.check(`Basic ${ADMIN}`), undefined);
	const statuses: number[] = [];
	for (let i = 0; i < 1000; i++) {
		clock.time += 10;
		// of more addresses than are remembered, and never the same twice in a row
		statuses.push(status(authentication.check(wrong(i), `10.1.0.${i % 250}`)));
		t.is(authentication.check(`Basic ${ADMIN}`), undefined);
	}
	t.is(verified.length, VERIFICATIONS + 10_000 / VERIFICATION_TIME);
	t.is(authentication.failures, verified.length - 1);
	t.is(authentication.refused, 1000 - authentication.failures);
	t.is(statuses.filter((status) => status === 429).length, authentication.refused);
	t.is(statuses.filter((status) => status === 401).length, authentication.failures);
});

test("who has given no wrong password lately finds a verification and a place to wait, however many others try", (t) => {
	const clock = { time: 0 };
	const suspects = new Set<string>();
	const ends: ((right: boolean | undefined) => void)[] = [];
	const authentication = new Authentication({
		realm: "gate", crypto: fakeCrypto(), now: () => clock.time,
		verify: (_user, _password, done) => {
			ends.push(done);
			return PENDING;
		},
		isSuspect: (address) => suspects.has(address),
		failed: (address) => void suspects.add(address),
	});
	// Each of two hundred tries once; then they go on, each second all of them.
	let tried = 0;
	let resumed = 0;
	const crowd = (): void => {
		for (let i = 0; i < 200; i++)
			authentication.check(wrong(tried++), `10.1.0.${i}`, () => resumed++);
		ends.splice(0).forEach((end) => end(false));
	};
	while (suspects.size < 200) {
		authentication.check(wrong(tried++), `10.1.0.${suspects.size}`);
		ends.splice(0).forEach((end) => end(false));
		clock.time += VERIFICATION_TIME;
	}
	for (let i = 0; i < 100; i++) {
		crowd();
		clock.time += 1000;
		// In the middle of it, with one of theirs being verified and theirs waiting.
		for (let k = 0; k < 2 * WAITING; k++)
			authentication.check(wrong(tried++), `10.1.0.${k}`, () => resumed++);
		const count = ends.length;
		let isAsked = false;
		t.is(authentication.check(`Basic ${ADMIN}`, "10.1.0.250", () => isAsked = true), PENDING);
		if (count > 0) {
			ends.splice(0).forEach((end) => end(false));
			t.true(isAsked);
			t.is(authentication.check(`Basic ${ADMIN}`, "10.1.0.250"), PENDING);
		}
		t.is(ends.length, 1);
		// It could not be found out: nothing is known of it the next time.
		ends.splice(0).forEach((end) => end(undefined));
	}
	t.true(resumed > 0);
});

test("who tries passwords waits, twice as long each time, and nobody else does; the right one from elsewhere, time, and `unlock` are ways out", (t) => {
	const { authentication, clock, verified, failed } = setUp();
	const waits: number[] = [];
	for (let i = 0; i < 14; i++) {
		t.is(status(authentication.check(wrong(i), "10.1.0.66")), 401);
		waits.push(failed.at(-1)!.wait);
		if (waits[i]! > 0) {
			// not a moment earlier, not even the right one, and it is not looked at
			clock.time += waits[i]! - 1;
			const count = verified.length;
			const answer = authentication.check(`Basic ${ADMIN}`, "10.1.0.66");
			t.is(status(answer), 429);
			t.deepEqual(answer !== PENDING && answer!.headers, ["Retry-After: 1"]);
			t.is(verified.length, count);
			clock.time += 1;
		}
		else
			clock.time += VERIFICATION_TIME;
	}
	t.deepEqual(waits, [0, 0, 0, 2000, 4000, 8000, 16000, 32000, 64000, 128000, 256000, 300000, 300000, 300000]);
	t.is(status(authentication.check(wrong(20), "10.1.0.66")), 401);
	const answer = authentication.check(wrong(21), "10.1.0.66");
	t.is(status(answer), 429);
	t.regex(answer !== PENDING && answer!.body as string || "", /try again in 300 seconds, or type "unlock" on the serial console/);
	// another address is let in, and who is known is from anywhere
	t.is(authentication.check(`Basic ${ADMIN}`, "10.1.0.2"), undefined);
	t.is(authentication.check(`Basic ${ADMIN}`, "10.1.0.66"), undefined);
	t.is(status(authentication.check(wrong(22), "10.1.0.66")), 429);
	t.is(authentication.unlock(), 1);
	t.is(status(authentication.check(wrong(23), "10.1.0.66")), 401);
	t.is(failed.at(-1)!.wait, 0);
	t.is(authentication.unlock(), 0);
});

test("the same wrong password again tells nobody anything: refused without a look, and not counted", (t) => {
	const { authentication, verified, failed } = setUp();
	for (let i = 0; i < 100; i++)
		t.is(status(authentication.check(wrong(1), "10.1.0.5")), 401);
	t.is(verified.length, 1);
	t.is(failed.length, 1);
	// the password may have become that one
	authentication.forget();
	t.is(status(authentication.check(wrong(1), "10.1.0.5")), 401);
	t.is(verified.length, 2);
});

test("lockouts: as many addresses as are remembered, an hour long, the right password forgets", (t) => {
	const lockouts = new Lockouts();
	for (let i = 0; i < ADDRESSES + 1; i++)
		for (let failure = 0; failure <= FREE; failure++)
			lockouts.failed(`10.1.0.${i}`, i);
	t.is(lockouts.wait("10.1.0.0", ADDRESSES), 0);
	t.is(lockouts.wait("10.1.0.1", ADDRESSES), FIRST_WAIT + 1 - ADDRESSES);
	lockouts.forget("10.1.0.1");
	t.is(lockouts.wait("10.1.0.1", ADDRESSES), 0);
	for (let failure = 0; failure < 1000; failure++)
		t.true(lockouts.failed("10.1.0.2", 100) <= LONGEST_WAIT);
	t.is(lockouts.wait("10.1.0.2", 100), LONGEST_WAIT);
	t.is(lockouts.failed("10.1.0.2", 100 + MEMORY), 0);
	t.is(lockouts.clear(100 + MEMORY), 0);
	t.is(lockouts.failed("10.1.0.3", 100 + MEMORY), 0);
});

test("few wait while other credentials are verified; the same ones, as many as there are", (t) => {
	const asked: ((right: boolean) => void)[] = [];
	const authentication = new Authentication({ realm: "gate", crypto: fakeCrypto(), now: () => 0, verify: (_user, _password, done) => (asked.push(done), PENDING) });
	let resumed = 0;
	const ask = (authorization: string): number => status(authentication.check(authorization, "a", () => resumed++));
	t.is(ask(`Basic ${ADMIN}`), -1);
	for (let i = 1; i < WAITING; i++)
		t.is(ask(wrong(i)), -1);
	t.is(ask(wrong(WAITING)), 429);
	for (let i = 0; i < 12; i++)
		t.is(ask(`Basic ${ADMIN}`), -1);
	asked[0]!(true);
	t.is(resumed, WAITING + 12);
	t.is(ask(wrong(WAITING)), -1);
});

test("a password that is verified beside: who asks meanwhile waits for it, one is verified at a time", (t) => {
	const clock = { time: 0 };
	const asked: ((right: boolean | undefined) => void)[] = [];
	const authentication = new Authentication({ realm: "gate", crypto: fakeCrypto(), now: () => clock.time, verify: (_user, _password, done) => (asked.push(done), PENDING) });
	const resumed: string[] = [];
	const ask = (authorization: string, name: string) => authentication.check(authorization, name, () => resumed.push(name));
	t.is(ask(`Basic ${ADMIN}`, "a"), PENDING);
	t.is(ask(`Basic ${ADMIN}`, "b"), PENDING);
	t.is(ask(wrong(1), "c"), PENDING);
	t.is(asked.length, 1);
	asked[0]!(true);
	t.deepEqual(resumed.splice(0), ["a", "b", "c"]);
	t.is(ask(`Basic ${ADMIN}`, "a"), undefined);
	t.is(ask(wrong(1), "c"), PENDING);
	t.is(ask(`Basic ${ADMIN}`, "b"), undefined);
	asked[1]!(false);
	t.is(status(ask(wrong(1), "c")), 401);
	// it cannot be done now
	t.is(ask(wrong(2), "c"), PENDING);
	let then = 0;
	t.is(authentication.check(wrong(2), "d", () => then = status(ask(wrong(2), "d"))), PENDING);
	asked[2]!(undefined);
	t.is(then, 503);
	t.is(authentication.failures, 1);
	// changed meanwhile: what was right does not count
	authentication.forget();
	clock.time += VERIFICATION_TIME;
	t.is(ask(`Basic ${ADMIN}`, "a"), PENDING);
	authentication.forget();
	asked[3]!(true);
	clock.time += VERIFICATION_TIME;
	t.is(ask(`Basic ${ADMIN}`, "a"), PENDING);
	asked[4]!(true);
	t.is(ask(`Basic ${ADMIN}`, "a"), undefined);
});

test("the form token, or the header that no form can set", (t) => {
	const token = new FormToken(fakeCrypto());
	t.regex(token.text, /^[0-9a-f]{32}$/);
	const request = new RequestParser("10.1.0.9");
	t.false(token.accepts(request));
	request.keygate = "0";
	t.false(token.accepts(request));
	request.keygate = "1";
	t.true(token.accepts(request));
	request.keygate = "";
	request.body = bytesOf(`a=b&token=${token.text}`);
	t.true(token.accepts(request));
	for (const body of [`token=${token.text}0`, `token=${token.text.slice(1)}`, "token=", "token", `Token=${token.text}`, `token=&token=${token.text}`, "token=%ff", "\u00fc"]) {
		request.body = bytesOf(body);
		t.false(token.accepts(request), body);
	}
	t.not(new FormToken({ ...fakeCrypto(), random: (size) => new Uint8Array(size).fill(99) }).text, token.text);
});

test("base64, RFC 4648 section 10", (t) => {
	const vectors = [["", ""], ["Zg==", "f"], ["Zm8=", "fo"], ["Zm9v", "foo"], ["Zm9vYg==", "foob"], ["Zm9vYmE=", "fooba"], ["Zm9vYmFy", "foobar"]] as const;
	for (const [text, bytes] of vectors)
		t.is(textOf(decodeBase64(text)!), bytes);
	t.deepEqual(decodeBase64("+/+/"), new Uint8Array([0xfb, 0xff, 0xbf]));
	for (const bad of ["Z", "Zg", "Zg=", "Z===", "Zm9v\n", "Zm9*", "=Zm9", "Zm=v"])
		t.is(decodeBase64(bad), undefined, bad);
});

test("form and query values", (t) => {
	t.is(queryValue("a=1&b=2%20x+y&c", "b"), "2 x y");
	t.is(queryValue("a=1&b=2&c", "c"), "");
	t.is(queryValue("a=1", "b"), undefined);
	t.is(queryValue("", "a"), undefined);
	t.is(queryValue("a=%", "a"), undefined);
	t.is(queryValue("a=b=c&d", "a"), "b=c");
	t.is(formValue(bytesOf("x=%c3%bc"), "x"), "\u00fc");
});

test("F16 text in HTML is only ever text", (t) => {
	t.is(escapeHTML("<a href=\"x\">&'"), "&lt;a href=&quot;x&quot;&gt;&amp;&#39;");
	t.is(escapeHTML("plain \u00fc \u{1f511}"), "plain \u00fc \u{1f511}");
	t.is(escapeHTML("a\x00b\x1bc\x7fd\x85e\u202ef"), "a\ufffdb\ufffdc\ufffdd\ufffde\ufffdf");
	t.is(escapeHTML("\u061ca\u200fb\u2028c\u2067d\ufeffe"), "\ufffda\ufffdb\ufffdc\ufffdd\ufffde");
	t.is(escapeHTML(""), "");
});

test("DNS rebinding: addresses and own names are served, other names not", (t) => {
	for (const host of ["10.1.0.1", "10.1.0.1:80", "127.0.0.1:8080", "LocalHost:1"])
		t.true(isOwnHost(host, ["localhost"]), host);
	for (const host of ["", "evil.example", "10.1.0.1.evil.example", "10.1.0", "10.1.0.1:", "010.1.0.1", "localhost.evil", "10.1.0.1:80:80", "10.1.0.1:8x", "[::1]", "10.1.0.1@evil"])
		t.is(isOwnHost(host, ["localhost"]), host === "10.1.0.1:", host);
});
