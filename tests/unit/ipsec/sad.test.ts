import test from "ava";
import { parseAddress } from "../../../modules/addresses.js";
import {
	FLAG_DYING, SA_AUTHENTICATION_KEY, SA_BYTES, SA_ENCRYPTION_KEY, SA_ERRORS, SA_FLAGS, SA_GENERATION, SA_HARD_AT, SA_LIVE, SA_OVER, SA_PACKETS,
	SA_PAIR_SLOT, SA_RESERVED, SA_SIZE, SA_STATE, SA_USED_AT, SPI_SLOT_MASK
} from "../../../modules/ipsec/layout.js";
import { SAD, type Contexts } from "../../../modules/ipsec/sad.js";
import { getNumber64, sadTable, setNumber64 } from "../../../modules/ipsec/tables.js";
import type { SAParameters } from "../../../modules/ipsec/types.js";
import { SECURITY_ASSOCIATIONS } from "../../../modules/limits.js";
import { makeRandom, saParameters, selector } from "./parameters.js";

/** Contexts that remember what is open, and fail when told to. */
class FakeContexts implements Contexts {
	readonly opened: number[] = [];
	result = 0;

	open(slot: number): number {
		if (this.result === 0)
			this.opened.push(slot);
		return this.result;
	}

	close(slot: number): void {
		const index = this.opened.indexOf(slot);
		if (index >= 0)
			this.opened.splice(index, 1);
	}
}

function makeSAD(contexts = new FakeContexts()): SAD {
	return new SAD(makeRandom(), contexts);
}

function view(): DataView {
	return new DataView(sadTable());
}

function recordOf(handle: number): number {
	return handle % SECURITY_ASSOCIATIONS * SA_SIZE;
}

function isZero(from: number, to: number, but = -1): boolean {
	const bytes = new Uint8Array(sadTable());
	for (let i = from; i < to; i++)
		if (bytes[i] !== 0 && !(i >= but && i < but + 4))
			return false;
	return true;
}

function install(sad: SAD, now: number, policy: number, outboundSPI: number, changes: Partial<SAParameters> = {}): { spi: number; inbound: number; outbound: number } {
	const spi = sad.reserve();
	const inbound = sad.install(now, saParameters({ direction: "Incoming", spi, policy, ...changes }));
	const outbound = sad.install(now, saParameters({ direction: "Outgoing", spi: outboundSPI, inboundSPI: spi, policy, ...changes }));
	return { spi, inbound, outbound };
}

function carry(handle: number, packets: number, bytes: number): void {
	setNumber64(view(), recordOf(handle) + SA_PACKETS, packets);
	setNumber64(view(), recordOf(handle) + SA_BYTES, bytes);
}

test("reserve: SPIs of 256 and more, all different, whose lower bits name the record, until the table is full", (t) => {
	const sad = makeSAD();
	const seen: number[] = [];
	for (let i = 0; i < SECURITY_ASSOCIATIONS / 2; i++) {
		const spi = sad.reserve();
		t.true(spi >= 256 && spi <= 0xffffffff);
		t.false(seen.includes(spi));
		t.is(view().getUint8((spi & SPI_SLOT_MASK) * SA_SIZE + SA_STATE), SA_RESERVED);
		seen.push(spi);
	}
	t.is(sad.reserve(), 0);
	const [use] = [...sad.use()];
	t.is(use!.used, SECURITY_ASSOCIATIONS);
	t.is(use!.size, SECURITY_ASSOCIATIONS);
	for (const spi of seen)
		sad.release(spi);
	const [after] = [...sad.use()];
	t.is(after!.used, 0);
	t.is(after!.highWater, SECURITY_ASSOCIATIONS);
	t.not(sad.reserve(), 0);
});

test("reserve: one free record is not enough", (t) => {
	const sad = makeSAD();
	for (let i = 0; i < SECURITY_ASSOCIATIONS / 2 - 1; i++)
		sad.reserve();
	const spi = sad.reserve();
	const handle = sad.install(0, saParameters({ direction: "Incoming", spi }));
	sad.remove(handle);
	t.is(sad.reserve(), 0);
	sad.release(spi);
	t.not(sad.reserve(), 0);
});

test("reserve: SPIs that have meanings of their own are avoided", (t) => {
	const sad = new SAD((size) => new Uint8Array(size), new FakeContexts());
	t.true(sad.reserve() >= 256);
	t.true(sad.reserve() >= 256);
});

test("release: only what was not installed, only of that pair, twice without harm", (t) => {
	const sad = makeSAD();
	const first = sad.reserve();
	const second = sad.reserve();
	const inbound = sad.install(0, saParameters({ direction: "Incoming", spi: first }));
	sad.release(first);
	sad.release(first);
	t.is(sad.status(inbound).spi, first);
	t.is([...sad.use()][0]!.used, 3);
	t.throws(() => sad.install(0, saParameters({ direction: "Outgoing", spi: 0x1000, inboundSPI: first })));
	t.notThrows(() => sad.install(0, saParameters({ direction: "Outgoing", spi: 0x1000, inboundSPI: second })));
});

test("install: what the status page shows", (t) => {
	const sad = makeSAD();
	const { spi, inbound, outbound } = install(sad, 5000, 3, 0x7d403ccc, {
		local: selector("10.1.0.0/16", 80), remote: selector("10.2.3.4/32", 443), ipProtocol: 6, kilobytes: 4096,
	});
	t.deepEqual(sad.status(outbound), {
		handle: outbound, spi: 0x7d403ccc, direction: "Outgoing", destination: parseAddress("10.0.0.2")!, protocol: "ESP",
		algorithm: "AES-CBC-128/HMAC-SHA256-128", bornAt: 5000, lifetime: 3600, kilobytes: 4096, bytes: 0, packets: 0, errors: 0, policy: 3,
		local: selector("10.1.0.0/16", 80), remote: selector("10.2.3.4/32", 443), dying: false,
	});
	const incoming = sad.status(inbound);
	t.is(incoming.spi, spi);
	t.is(incoming.direction, "Incoming");
	t.is(incoming.destination, parseAddress("10.0.0.1")!);
	t.is(view().getUint8(recordOf(inbound) + SA_STATE), SA_LIVE);
});

test("install: counters of 64 bits", (t) => {
	const sad = makeSAD();
	const { outbound } = install(sad, 0, 0, 0x1000);
	carry(outbound, 0x1_0000_0001, 2 ** 52 + 12345);
	setNumber64(view(), recordOf(outbound) + SA_ERRORS, 7);
	const status = sad.status(outbound);
	t.is(status.packets, 0x1_0000_0001);
	t.is(status.bytes, 2 ** 52 + 12345);
	t.is(status.errors, 7);
});

test("install: the names of algorithms", (t) => {
	const key = (size: number) => new Uint8Array(size).fill(1);
	for (const [encryption, keySize, authentication, hashSize, text] of [
		["aes-128-cbc", 16, "hmac-sha256-128", 32, "AES-CBC-128/HMAC-SHA256-128"],
		["aes-192-cbc", 24, "hmac-sha384-192", 48, "AES-CBC-192/HMAC-SHA384-192"],
		["aes-256-cbc", 32, "hmac-sha512-256", 64, "AES-CBC-256/HMAC-SHA512-256"],
		["3des-cbc", 24, "hmac-md5-96", 16, "3DES-CBC/HMAC-MD5-96"],
		["aes-128-gcm-16", 20, undefined, 0, "AES-GCM-16-128"],
		["aes-192-gcm-16", 28, undefined, 0, "AES-GCM-16-192"],
		["aes-256-gcm-16", 36, undefined, 0, "AES-GCM-16-256"],
		["aes-128-ctr", 20, "hmac-sha1-96", 20, "AES-CTR-128/HMAC-SHA1-96"],
		["aes-256-ctr", 36, "hmac-sha1-96", 20, "AES-CTR-256/HMAC-SHA1-96"],
		["null", 0, "hmac-sha1-96", 20, "NULL/HMAC-SHA1-96"],
	] as const) {
		const sad = makeSAD();
		const spi = sad.reserve();
		const handle = sad.install(0, saParameters({ direction: "Incoming", spi, encryption, authentication, encryptionKey: key(keySize), authenticationKey: key(hashSize) }));
		t.is(sad.status(handle).algorithm, text);
	}
});

test("install: AH, AH around ESP, and HMAC-SHA2-256 of 96 bits in words", (t) => {
	const key = (size: number) => new Uint8Array(size).fill(1);
	const none = { encryptionKey: key(0), authenticationKey: key(0), authentication: undefined };
	for (const [changes, protocol, text] of [
		[{ ...none, protocol: "ah", encryption: undefined, ahAuthentication: "hmac-sha1-96", ahKey: key(20) }, "AH", "HMAC-SHA1-96"],
		[{ ...none, protocol: "ah", encryption: undefined, ahAuthentication: "hmac-sha256-128", ahKey: key(32), shortSHA256: true }, "AH", "HMAC-SHA256-96"],
		[{ ...none, protocol: "ah+esp", encryption: "3des-cbc", encryptionKey: key(24), ahAuthentication: "hmac-md5-96", ahKey: key(16), ahSPI: 0x1000 }, "AH+ESP", "3DES-CBC/HMAC-MD5-96"],
		[{ protocol: "ah+esp", ahAuthentication: "hmac-sha512-256", ahKey: key(64), ahSPI: 0x1000, shortSHA256: true }, "AH+ESP", "AES-CBC-128/HMAC-SHA256-96/HMAC-SHA512-256"],
		[{ mode: "transport", shortSHA256: true, extendedSequence: true }, "ESP", "AES-CBC-128/HMAC-SHA256-96"],
	] as readonly (readonly [Partial<SAParameters>, string, string])[]) {
		const sad = makeSAD();
		const spi = sad.reserve();
		const handle = sad.install(0, saParameters({ direction: "Incoming", spi, ...changes }));
		t.is(sad.status(handle).protocol, protocol);
		t.is(sad.status(handle).algorithm, text);
	}
});

test("F09 install: what cannot be is refused before anything is written", (t) => {
	const sad = makeSAD();
	const spi = sad.reserve();
	const refused: [Partial<SAParameters>, RegExp][] = [
		[{ protocol: "ah" }, /ah with aes-128-cbc and no authentication of AH/],
		[{ protocol: "ah+esp" }, /no authentication of AH/],
		[{ ahAuthentication: "hmac-sha1-96", ahKey: new Uint8Array(20) }, /esp with aes-128-cbc and hmac-sha1-96 of AH/],
		[{ protocol: "ah+esp", ahAuthentication: "hmac-sha1-96", ahKey: new Uint8Array(20) }, /SPI 0/],
		[{ protocol: "ah+esp", ahAuthentication: "hmac-sha1-96", ahKey: new Uint8Array(16), ahSPI: 0x1000 }, /16 bytes/],
		[{ protocol: "ah+esp", ahAuthentication: "hmac-sha1-96", ahKey: new Uint8Array(20), ahSPI: 0x1000, udpEncapsulation: true }, /in UDP/],
		[{ protocol: "ah+esp", ahAuthentication: "hmac-sha1-96", ahKey: new Uint8Array(20), ahSPI: 0x1000, encryption: "aes-128-ctr", encryptionKey: new Uint8Array(20), authentication: undefined, authenticationKey: new Uint8Array(0) }, /needs an authentication/],
		[{ authentication: undefined, authenticationKey: new Uint8Array(0) }, /needs an authentication/],
		[{ encryption: "null", encryptionKey: new Uint8Array(0), authentication: undefined, authenticationKey: new Uint8Array(0) }, /needs an authentication/],
		[{ encryption: "aes-128-gcm-16", encryptionKey: new Uint8Array(20) }, /by itself/],
		[{ encryptionKey: new Uint8Array(0) }, /0 bytes/],
		[{ encryptionKey: new Uint8Array(17) }, /17 bytes/],
		[{ encryption: "aes-128-gcm-16", encryptionKey: new Uint8Array(16), authentication: undefined, authenticationKey: new Uint8Array(0) }, /16 bytes/],
		[{ authenticationKey: new Uint8Array(20) }, /20 bytes/],
		[{ spi: 255 }, /SPI/],
		[{ policy: 9999 }, /policy/],
		[{ local: { first: 2, last: 1, port: 0 } }, /empty/],
	];
	for (const [changes, message] of refused) {
		t.throws(() => sad.install(0, saParameters({ direction: "Incoming", spi, ...changes })), { instanceOf: RangeError, message });
		t.true(isZero((spi & SPI_SLOT_MASK) * SA_SIZE + SA_ENCRYPTION_KEY, (spi & SPI_SLOT_MASK) * SA_SIZE + SA_PAIR_SLOT));
	}
	t.notThrows(() => sad.install(0, saParameters({ direction: "Incoming", spi })));
});

test("install: only into a record that was reserved for it", (t) => {
	const sad = makeSAD();
	t.throws(() => sad.install(0, saParameters({ direction: "Incoming", spi: 0x12345678 })), { message: /reserved/ });
	t.throws(() => sad.install(0, saParameters({ direction: "Outgoing", spi: 0x12345678 })), { message: /reserved/ });
	const spi = sad.reserve();
	t.throws(() => sad.install(0, saParameters({ direction: "Incoming", spi: (spi ^ 0x10000000) >>> 0 })), { message: /reserved/ });
	sad.install(0, saParameters({ direction: "Incoming", spi }));
	t.throws(() => sad.install(0, saParameters({ direction: "Incoming", spi })), { message: /reserved/ });
	sad.install(0, saParameters({ direction: "Outgoing", spi: 0x1000, inboundSPI: spi }));
	t.throws(() => sad.install(0, saParameters({ direction: "Outgoing", spi: 0x1000, inboundSPI: spi })), { message: /reserved/ });
});

test("T17 install: of two pairs of one policy each takes its own records", (t) => {
	const sad = makeSAD();
	const first = sad.reserve();
	const second = sad.reserve();
	sad.install(0, saParameters({ direction: "Incoming", spi: first }));
	const inbound = sad.install(0, saParameters({ direction: "Incoming", spi: second }));
	sad.install(0, saParameters({ direction: "Outgoing", spi: 0x1000, inboundSPI: first }));
	sad.remove(inbound);
	sad.release(second);
	t.is([...sad.use()][0]!.used, 2);
});

test("install: when the accelerator refuses, no key stays and the record is reserved as before", (t) => {
	const contexts = new FakeContexts();
	const sad = makeSAD(contexts);
	const spi = sad.reserve();
	const at = (spi & SPI_SLOT_MASK) * SA_SIZE;
	contexts.result = -4;
	t.throws(() => sad.install(0, saParameters({ direction: "Incoming", spi })), { message: /refused.*-4/ });
	t.true(isZero(at + SA_ENCRYPTION_KEY, at + SA_PAIR_SLOT));
	t.is(view().getUint8(at + SA_STATE), SA_RESERVED);
	t.is(sad.findBySPI("Incoming", spi), undefined);
	t.throws(() => sad.install(0, saParameters({ direction: "Outgoing", spi: 0x1000, inboundSPI: spi })), { message: /refused/ });
	contexts.result = 0;
	const inbound = sad.install(0, saParameters({ direction: "Incoming", spi }));
	const outbound = sad.install(0, saParameters({ direction: "Outgoing", spi: 0x1000, inboundSPI: spi }));
	t.is(contexts.opened.length, 2);
	sad.remove(inbound);
	sad.remove(outbound);
	t.is(contexts.opened.length, 0);
	t.is([...sad.use()][0]!.used, 0);
});

test("install: keys are in the record only until the accelerator has them", (t) => {
	const sad = new SAD(makeRandom());
	const spi = sad.reserve();
	const handle = sad.install(0, saParameters({ direction: "Incoming", spi }));
	const at = recordOf(handle);
	t.true(isZero(at + SA_ENCRYPTION_KEY, at + SA_PAIR_SLOT));
	sad.remove(handle);
	sad.release(spi);
});

test("remove: the record is zero but for its generation, the handle is stale", (t) => {
	const sad = makeSAD();
	const { inbound, outbound } = install(sad, 0, 0, 0x1000);
	const at = recordOf(inbound);
	t.false(isZero(at + SA_AUTHENTICATION_KEY, at + SA_AUTHENTICATION_KEY + 32));
	sad.remove(inbound);
	t.true(isZero(at, at + SA_SIZE, at + SA_GENERATION));
	for (const use of [() => sad.remove(inbound), () => sad.status(inbound), () => sad.setRemote(inbound, { address: 1, port: 1 }), () => sad.usedAt(inbound), () => sad.touchDying(inbound)])
		t.throws(use, { instanceOf: RangeError, message: /gone/ });
	t.is(sad.status(outbound).spi, 0x1000);
});

test("remove: a record that is used again is not reached by the handle of before", (t) => {
	const sad = makeSAD();
	const first = install(sad, 0, 0, 0x1000);
	sad.remove(first.inbound);
	sad.remove(first.outbound);
	// Records are taken in turn.
	for (let i = 1; i < SECURITY_ASSOCIATIONS / 2; i++)
		sad.release(sad.reserve());
	const second = install(sad, 0, 0, 0x1001);
	t.is(recordOf(second.inbound), recordOf(first.inbound));
	t.not(second.inbound, first.inbound);
	t.throws(() => sad.status(first.inbound));
	t.is(sad.status(second.inbound).spi, second.spi);
	for (const never of [-1, 0.5, NaN, Infinity, 2 ** 40, second.inbound + 1.5])
		t.throws(() => sad.status(never));
});

test("findBySPI and handles: what is installed, in both directions", (t) => {
	const sad = makeSAD();
	const first = install(sad, 0, 0, 0x1000);
	const second = install(sad, 0, 1, 0x2000);
	sad.reserve();
	t.is(sad.findBySPI("Incoming", first.spi), first.inbound);
	t.is(sad.findBySPI("Outgoing", 0x2000), second.outbound);
	t.is(sad.findBySPI("Outgoing", first.spi), undefined);
	t.is(sad.findBySPI("Incoming", 0x2000), undefined);
	t.deepEqual([...sad.handles()].sort(), [first.inbound, first.outbound, second.inbound, second.outbound].sort());
	for (const handle of sad.handles())
		sad.remove(handle);
	t.deepEqual([...sad.handles()], []);
});

test("T15 preferred: the newest outgoing SA of the policy; the pair before it is dying", (t) => {
	const sad = makeSAD();
	t.is(sad.preferred(0), undefined);
	const old = install(sad, 0, 0, 0x1000);
	const other = install(sad, 0, 1, 0x3000);
	t.is(sad.preferred(0), old.outbound);
	const young = install(sad, 0, 0, 0x2000);
	t.is(sad.preferred(0), young.outbound);
	t.true(sad.status(old.outbound).dying);
	t.true(sad.status(old.inbound).dying);
	t.false(sad.status(young.outbound).dying);
	t.false(sad.status(young.inbound).dying);
	t.false(sad.status(other.outbound).dying);
	sad.remove(young.outbound);
	t.is(sad.preferred(0), old.outbound);
});

test("touchDying marks for display", (t) => {
	const sad = makeSAD();
	const { inbound } = install(sad, 0, 0, 0x1000);
	sad.touchDying(inbound);
	t.true(sad.status(inbound).dying);
	t.is(view().getUint16(recordOf(inbound) + SA_FLAGS, true), FLAG_DYING);
});

test("setRemote: outgoing packets go there", (t) => {
	const sad = makeSAD();
	const { outbound, inbound } = install(sad, 0, 0, 0x1000);
	sad.setRemote(outbound, { address: 0xc0a80101, port: 61000 });
	t.is(sad.status(outbound).destination, 0xc0a80101);
	t.is(sad.status(inbound).destination, parseAddress("10.0.0.1")!);
});

test("usedAt: when the last packet was carried", (t) => {
	const sad = makeSAD();
	const { inbound } = install(sad, 0, 0, 0x1000);
	t.is(sad.usedAt(inbound), undefined);
	carry(inbound, 1, 100);
	setNumber64(view(), recordOf(inbound) + SA_USED_AT, 0x1_0000_0005);
	t.is(sad.usedAt(inbound), 0x1_0000_0005);
});

test("expire: soft once, if packets came; hard once, and the SA is over", (t) => {
	const sad = makeSAD();
	const { spi, inbound, outbound } = install(sad, 1000, 0, 0x1000);
	t.is(sad.nextDeadline, 3_001_000);
	t.deepEqual([...sad.expire(3_000_999)], []);
	carry(outbound, 5, 500);
	t.deepEqual([...sad.expire(3_001_000)], [{ kind: "soft", spi: 0x1000, direction: "Outgoing", policy: 0 }]);
	t.true(sad.status(outbound).dying);
	t.false(sad.status(inbound).dying);
	t.is(sad.nextDeadline, 3_601_000);
	t.deepEqual([...sad.expire(3_002_000)], []);
	const hard = [...sad.expire(3_601_000)];
	t.is(hard.length, 2);
	t.true(hard.some((event) => event.kind === "hard" && event.spi === spi && event.direction === "Incoming"));
	t.true(hard.some((event) => event.kind === "hard" && event.spi === 0x1000 && event.direction === "Outgoing"));
	t.is(view().getUint8(recordOf(outbound) + SA_STATE), SA_OVER);
	t.is(sad.nextDeadline, Infinity);
	t.deepEqual([...sad.expire(9_000_000)], []);
	t.is(sad.preferred(0), undefined);
	t.is(sad.status(outbound).spi, 0x1000);
	sad.remove(outbound);
	t.throws(() => sad.status(outbound));
});

test("expire: no limits, no deadlines; events may remove what is yet to come", (t) => {
	const sad = makeSAD();
	install(sad, 0, 0, 0x1000, { seconds: 0, softSeconds: 0 });
	t.is(sad.nextDeadline, Infinity);
	t.deepEqual([...sad.expire(1e12)], []);
	const { inbound, outbound } = install(sad, 0, 1, 0x2000, { seconds: 1, softSeconds: 0 });
	t.is(getNumber64(view(), recordOf(inbound) + SA_HARD_AT), 1000);
	let events = 0;
	for (const event of sad.expire(1000)) {
		events++;
		t.is(event.kind, "hard");
		sad.remove(inbound);
		sad.remove(outbound);
	}
	t.is(events, 1);
});

test("a new SAD starts empty: keys and SAs of before are gone", (t) => {
	const contexts = new FakeContexts();
	const sad = makeSAD(contexts);
	const { inbound } = install(sad, 0, 0, 0x1000);
	sad.reserve();
	const again = new SAD(makeRandom(), contexts);
	t.is(contexts.opened.length, 0);
	t.deepEqual([...again.handles()], []);
	t.is([...again.use()][0]!.used, 0);
	t.throws(() => again.status(inbound));
	for (let slot = 0; slot < SECURITY_ASSOCIATIONS; slot++)
		t.true(isZero(slot * SA_SIZE, (slot + 1) * SA_SIZE, slot * SA_SIZE + SA_GENERATION));
});
