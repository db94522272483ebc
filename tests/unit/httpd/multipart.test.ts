import test from "ava";
import { boundaryOf, parseMultipart } from "../../../modules/httpd/multipart.js";
import { bytesOf, textOf } from "./network.js";

const B = "----WebKitFormBoundaryAbC";

function part(name: string, content: string, more = ""): string {
	return `--${B}\r\nContent-Disposition: form-data; name="${name}"${more}\r\n\r\n${content}\r\n`;
}

function parsed(body: string, boundary = B): ReturnType<typeof parseMultipart> {
	return parseMultipart(bytesOf(body), boundary);
}

test("multipart: fields and a file, in their own memory", (t) => {
	const content = `line\r\n--${B.slice(0, -1)}\r\n\0\u00ff--${B}--\n\r\r\n-`;
	const body = part("token", "abc") + part("passphrase", "gr\u00c3\u00bc\u00c3\u009f") + part("file", content, "; filename=\"a b.p12\"\r\nContent-Type: application/x-pkcs12") + part("empty", "") + `--${B}--\r\n`;
	const bytes = bytesOf("");
	const all = new Uint8Array(body.length);
	for (let i = 0; i < body.length; i++)
		all[i] = body.charCodeAt(i);
	const form = parseMultipart(all, B)!;
	t.is(form.text("token"), "abc");
	t.is(form.text("passphrase"), "gr\u00fc\u00df");
	t.is(textOf(form.bytes("file")!), content);
	t.is(form.bytes("file")!.buffer, all.buffer);
	t.is(form.text("empty"), "");
	t.is(form.text("other"), undefined);
	t.is(form.text("file"), undefined, "it is not UTF-8");
	t.is(bytes.length, 0);
	form.closed = true;
	t.is(form.bytes("file"), undefined);
});

test("multipart: the last CR LF may be missing, nothing else", (t) => {
	t.is(parsed(part("a", "1") + `--${B}--`)?.text("a"), "1");
	t.is(parsed(`--${B}\r\nCONTENT-DISPOSITION: Form-Data; filename="c:\\x\\y\\"z"; name="a"\r\nX: y\r\n\r\n1\r\n--${B}--\r\n`)?.text("a"), "1");
	t.is(parsed(`--${B}--\r\n`)?.text("a"), undefined);
});

test("multipart: what could be read in two ways, has no end or too much is refused", (t) => {
	const many = Array.from({ length: 17 }, (_, i) => part(`f${i}`, "x")).join("") + `--${B}--`;
	const cases: [string, string, string?][] = [
		["nothing", ""],
		["no boundary", `--${B}--`, ""],
		["another boundary", part("a", "1") + `--${B}--`, "other"],
		["text before", `x\r\n${part("a", "1")}--${B}--`],
		["text behind", `${part("a", "1")}--${B}--\r\nx`],
		["the end missing", part("a", "1")],
		["the end cut", `${part("a", "1")}--${B}-`],
		["cut in the content", part("a", "1").slice(0, -3)],
		["cut in the header", part("a", "1").slice(0, 60)],
		["a name twice", `${part("a", "1")}${part("a", "2")}--${B}--`],
		["a name twice in one part", `--${B}\r\nContent-Disposition: form-data; name="a"; name="b"\r\n\r\n1\r\n--${B}--`],
		["two dispositions", `--${B}\r\nContent-Disposition: form-data; name="a"\r\nContent-Disposition: form-data; name="b"\r\n\r\n1\r\n--${B}--`],
		["no name", `--${B}\r\nContent-Disposition: form-data\r\n\r\n1\r\n--${B}--`],
		["an empty name", `${part("", "1")}--${B}--`],
		["a long name", `${part("x".repeat(65), "1")}--${B}--`],
		["no disposition", `--${B}\r\nContent-Type: text/plain\r\n\r\n1\r\n--${B}--`],
		["no header", `--${B}\r\n\r\n1\r\n--${B}--`],
		["another disposition", `--${B}\r\nContent-Disposition: attachment; name="a"\r\n\r\n1\r\n--${B}--`],
		["a name without quotes", `--${B}\r\nContent-Disposition: form-data; name=a\r\n\r\n1\r\n--${B}--`],
		["a quote without end", `--${B}\r\nContent-Disposition: form-data; name="a\r\n\r\n1\r\n--${B}--`],
		["a name inside another value", `--${B}\r\nContent-Disposition: form-data; filename="x\\"; name="a"\r\n\r\n1\r\n--${B}--`],
		["a coding", `--${B}\r\nContent-Disposition: form-data; name="a"\r\nContent-Transfer-Encoding: base64\r\n\r\n1\r\n--${B}--`],
		["lines that end in LF", part("a", "1").split("\r\n").join("\n") + `--${B}--`],
		["a bare CR in a header", `--${B}\r\nContent-Disposition: form-data; name="a"\rX: y\r\n\r\n1\r\n--${B}--`],
		["a header that is too long", `--${B}\r\nContent-Disposition: form-data; name="a"\r\nX: ${"y".repeat(1024)}\r\n\r\n1\r\n--${B}--`],
		["a space behind the boundary", `--${B} \r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n--${B}--`],
		["seventeen parts", many],
	];
	for (const [what, body, boundary] of cases)
		t.is(parsed(body, boundary), undefined, what);
});

test("multipart: a body of line ends and beginnings of the boundary costs no more than its length", (t) => {
	const pieces = `\r\n--${B.slice(0, -1)}`;
	const body = part("a", pieces.repeat(Math.floor(40000 / pieces.length)) + "\r".repeat(8000)) + `--${B}--`;
	t.is(parsed(body)!.bytes("a")!.length, body.length - part("a", "").length - B.length - 4);
});

test("multipart: the boundary out of the Content-Type field", (t) => {
	t.is(boundaryOf(`multipart/form-data; boundary=${B}`), B);
	t.is(boundaryOf("Multipart/Form-Data;Boundary=\"a b'()+_,-./:=?c\""), "a b'()+_,-./:=?c");
	for (const type of ["", "multipart/form-data", "multipart/mixed; boundary=a", "multipart/form-data; boundary=", "multipart/form-data; charset=x; boundary=a", `multipart/form-data; boundary=${"a".repeat(71)}`,
		"multipart/form-data; boundary=a\"b", "multipart/form-data; boundary=\"a ", "multipart/form-data; boundary=a;b", "application/x-www-form-urlencoded"])
		t.is(boundaryOf(type), "", type);
});
