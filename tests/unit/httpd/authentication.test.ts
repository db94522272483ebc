import test from "ava";
import { Authentication, VERIFICATION_TIME, VERIFICATIONS } from "../../../modules/httpd/authentication.js";
import { decodeBase64 } from "../../../modules/httpd/base64.js";
import { formValue, queryValue } from "../../../modules/httpd/form.js";
import { escapeHTML } from "../../../modules/httpd/html.js";
import { isOwnHost } from "../../../modules/httpd/origin.js";
import { RequestParser } from "../../../modules/httpd/request.js";
import { FormToken } from "../../../modules/httpd/token.js";
import { fakeCrypto } from "./crypto.js";
import { bytesOf, textOf } from "./network.js";

const ADMIN = "YWRtaW46c2VjcmV0OnM="; // admin:secret:s

function setUp(): { authentication: Authentication; clock: { time: number }; verified: string[] } {
	const clock = { time: 0 };
	const verified: string[] = [];
	const authentication = new Authentication({
		realm: "gate\"a\r\n", crypto: fakeCrypto(), now: () => clock.time,
		verify(user, password) {
			verified.push(`${user}|${password}`);
			return user === "admin" && password === "secret:s";
		},
	});
	return { authentication, clock, verified };
}

test("no password: 401 with a challenge whose realm is quoted", (t) => {
	const { authentication, verified } = setUp();
	const answer = authentication.check("")!;
	t.is(answer.status, 401);
	t.deepEqual(answer.headers, ["WWW-Authenticate: Basic realm=\"gate?a??\", charset=\"UTF-8\""]);
	for (const other of ["Bearer abc", "Basic", "Basic !!!!", "Basic YWRtaW4=", "Basic YWRtaW46c2VjcmV0OnM", "Basic /////w=="])
		t.is(authentication.check(other)!.status, 401, other);
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

test("wrong passwords cannot stall the machine: a few at once, then two a second, and who is known is served", (t) => {
	const { authentication, clock, verified } = setUp();
	t.is(authentication.check(`Basic ${ADMIN}`), undefined);
	const statuses: number[] = [];
	for (let i = 0; i < 1000; i++) {
		clock.time += 10;
		statuses.push(authentication.check("Basic YWRtaW46eA==")!.status);
		t.is(authentication.check(`Basic ${ADMIN}`), undefined);
	}
	t.is(verified.length, VERIFICATIONS + 10_000 / VERIFICATION_TIME);
	t.is(authentication.failures, verified.length - 1);
	t.is(authentication.refused, 1000 - authentication.failures);
	t.is(statuses.filter((status) => status === 429).length, authentication.refused);
	t.is(statuses.filter((status) => status === 401).length, authentication.failures);
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
	t.is(escapeHTML(""), "");
});

test("DNS rebinding: addresses and own names are served, other names not", (t) => {
	for (const host of ["10.1.0.1", "10.1.0.1:80", "127.0.0.1:8080", "LocalHost:1"])
		t.true(isOwnHost(host, ["localhost"]), host);
	for (const host of ["", "evil.example", "10.1.0.1.evil.example", "10.1.0", "10.1.0.1:", "010.1.0.1", "localhost.evil", "10.1.0.1:80:80", "10.1.0.1:8x", "[::1]", "10.1.0.1@evil"])
		t.is(isOwnHost(host, ["localhost"]), host === "10.1.0.1:", host);
});
