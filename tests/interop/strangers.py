"""Wrong IKE messages, ESP and AH for a gateway that has a tunnel up, made by Scapy: each aimed at one check.

  strangers.py aim JSON   { from, to, rounds, initiatorCookie, responderCookie, spi }: the cookies and the SPI are those of tunnels that are up
  strangers.py seal JSON  { from, to, spi, key, sequence, near, far }: packets of which only the inside is wrong

It says as JSON what it sent and what came back: { sent, answers, surplus, largest, packets, kinds }. `surplus`: answers under a cookie beyond the messages that had it.
"""
import json
import logging
import os
import select
import socket
import struct
import sys
import time
import warnings

warnings.filterwarnings("ignore")
logging.getLogger("scapy.runtime").setLevel(logging.ERROR)

from scapy.config import conf  # noqa: E402
from scapy.layers.inet import ICMP, IP, UDP  # noqa: E402
from scapy.layers.ipsec import AH, ESP, SecurityAssociation  # noqa: E402
from scapy.layers.isakmp import (ISAKMP, ISAKMP_payload, ISAKMP_payload_ID, ISAKMP_payload_KE, ISAKMP_payload_Nonce, ISAKMP_payload_Proposal,  # noqa: E402
                                 ISAKMP_payload_SA, ISAKMP_payload_Transform, ISAKMP_payload_VendorID)
from scapy.packet import Raw  # noqa: E402

MAIN, AGGRESSIVE, INFORMATIONAL, TRANSACTION, QUICK = 2, 4, 5, 6, 32
SA, PROPOSAL, TRANSFORM, KE, ID, CERT, HASH, NONCE, NOTIFY, DELETE, VENDOR, NATD, FRAGMENT = 1, 2, 3, 4, 5, 6, 8, 10, 11, 12, 13, 20, 132
FITS = [("Encryption", "AES-CBC"), ("KeyLength", 256), ("Hash", "SHA2-256"), ("Authentication", "PSK"), ("GroupDesc", "2048MODPgr"), ("LifeType", "Seconds"), ("LifeDuration", 28800)]


def offer(transforms=None, proposal=None, sa=None):
    """An SA payload, as it fits the gateway's settings but for the changes."""
    inner = ISAKMP_payload_Transform(num=1, transforms=FITS) if transforms is None else transforms
    return ISAKMP_payload_SA(prop=ISAKMP_payload_Proposal(**{"trans_nb": 1, "trans": inner, **(proposal or {})}), **(sa or {}))


def message(body=b"", first=SA, exchange=MAIN, cookies=None, **fields):
    """An ISAKMP message around `body`. Without cookies: a first message with a cookie of its own. `length`: what its header says in place of its length."""
    initiator, responder = cookies or (os.urandom(8), bytes(8))
    header = ISAKMP(**{"init_cookie": initiator, "resp_cookie": responder, "next_payload": first, "exch_type": exchange, **fields})
    return bytes(header / Raw(bytes(body)))


def generic(body, following=0, length=None):
    """A payload of any type: its generic header and its body."""
    return struct.pack("!BBH", following, 0, len(body) + 4 if length is None else length & 0xFFFF) + body


def fragment(data, number=1, last=1, identifier=1, length=None):
    return generic(struct.pack("!HBB", identifier, number, last) + data, length=length)


def headers():
    fits = message(offer())
    for size in 0, 1, 2, 4, 8, 17, 20, 27:
        yield "truncated header", fits[:size]
    for length in 0, 3, 27, len(fits) + 1, 65535, 1 << 31, (1 << 32) - 1:
        yield "length of the header", message(offer(), length=length)
    for version in 0x00, 0x20, 0x1F, 0xFF:
        yield "version", message(offer(), version=version)
    for exchange in 0, 1, 3, 7, 31, 33, 34, 35, 240, 255:
        yield "exchange type", message(offer(), exchange=exchange)
    yield "message ID in phase 1", message(offer(), id=7)
    yield "flags", message(offer(), flags=0xF8)
    yield "encrypted first message", message(os.urandom(64), flags=1)
    yield "no cookie", message(offer(), cookies=(bytes(8), bytes(8)))
    yield "too long", message(bytes(offer()) + generic(bytes(9000), 0)[:9004])
    yield "nothing behind the header", message(b"", first=0)
    yield "trailing zeros", fits + bytes(600)


def chains():
    for kind in 0, 14, 15, 19, 33, 127, 128, 133, 200, 255:
        yield "first payload's type", message(generic(os.urandom(20)), first=kind)
    for length in 0, 1, 3, 65535:
        yield "length of a payload", message(generic(os.urandom(20), VENDOR, length=length) + generic(os.urandom(16)))
        yield "length of the SA payload", message(ISAKMP_payload_SA(length=length, prop=offer().prop))
    yield "chain that goes on", message(bytes(ISAKMP_payload_SA(next_payload=VENDOR, prop=offer().prop)))
    yield "chain that ends too early", message(bytes(offer()) + generic(b"behind its end"))
    yield "payload that refers to itself", message(generic(os.urandom(20), SA, length=4) * 3)
    yield "two SA payloads", message(bytes(ISAKMP_payload_SA(next_payload=SA, prop=offer().prop)) + bytes(offer()))
    yield "no SA payload", message(generic(os.urandom(16)), first=VENDOR)
    yield "as many payloads as fit", message(b"".join(generic(b"", VENDOR) for _ in range(300)), first=VENDOR)
    yield "reserved octet", message(ISAKMP_payload_SA(res=1, prop=offer().prop))
    yield "vendor IDs of all sizes", message(bytes(ISAKMP_payload_SA(next_payload=VENDOR, prop=offer().prop)) + b"".join(
        bytes(ISAKMP_payload_VendorID(next_payload=VENDOR, load=os.urandom(size))) for size in (0, 1, 15, 255)) + bytes(ISAKMP_payload_VendorID(load=b"\x1b[31m<b>" * 100)))
    yield "hash in clear", message(bytes(ISAKMP_payload_SA(next_payload=HASH, prop=offer().prop)) + generic(os.urandom(32)))


def proposals():
    for doi in 0, 2, 0xFFFFFFFF:
        yield "DOI", message(offer(sa={"DOI": doi}))
    for situation in 0, 2, 4, 0xFFFFFFFF:
        yield "situation", message(offer(sa={"situation": situation}))
    yield "proposal without transforms", message(offer(transforms=b"", proposal={"trans_nb": 0}))
    for count in 0, 2, 255:
        yield "number of transforms", message(offer(proposal={"trans_nb": count}))
    for length in 0, 3, 7, 65535:
        yield "length of a proposal", message(offer(proposal={"length": length}))
        yield "length of a transform", message(offer(transforms=ISAKMP_payload_Transform(num=1, length=length, transforms=FITS)))
    for protocol in 0, 2, 3, 4, 255:
        yield "protocol", message(offer(proposal={"proto": protocol}))
    for size in 1, 4, 8, 255:
        yield "SPI", message(offer(proposal={"SPIsize": size, "SPI": os.urandom(size % 16)}))
    yield "transform of another ID", message(offer(transforms=ISAKMP_payload_Transform(num=1, id=9, transforms=FITS)))
    yield "transform without attributes", message(offer(transforms=ISAKMP_payload_Transform(num=1, transforms=[])))
    yield "attributes twice", message(offer(transforms=ISAKMP_payload_Transform(num=1, transforms=FITS + FITS)))
    for name, value in ("Encryption", 0), ("Encryption", 65535), ("KeyLength", 0), ("KeyLength", 7), ("Hash", 0), ("GroupDesc", 0), ("GroupDesc", 65535), ("LifeDuration", 0):
        yield "attribute's value", message(offer(transforms=ISAKMP_payload_Transform(num=1, transforms=[(each, value if each == name else old) for each, old in FITS])))
    cut = bytes(ISAKMP_payload_Transform(num=1, transforms=FITS)) + struct.pack("!HH", 12, 65535)
    yield "attribute longer than its transform", message(offer(transforms=Raw(cut[:2] + struct.pack("!H", len(cut)) + cut[4:])))
    many = b"".join(bytes(ISAKMP_payload_Transform(next_payload=TRANSFORM if n < 200 else 0, num=n, transforms=FITS)) for n in range(1, 201))
    yield "200 transforms", message(offer(transforms=Raw(many), proposal={"trans_nb": 200}))


def aggressives():
    identity = bytes(ISAKMP_payload_ID(IDtype=2, load=b"<script>alert(1)</script>\x1b[2J\xe2\x80\xae"))
    for size in 0, 1, 255, 257, 4000:
        yield "aggressive mode", message(bytes(ISAKMP_payload_SA(next_payload=KE, prop=offer().prop)) + bytes(ISAKMP_payload_KE(next_payload=NONCE, load=os.urandom(size)))
                                         + bytes(ISAKMP_payload_Nonce(next_payload=ID, load=os.urandom(16))) + identity, exchange=AGGRESSIVE)


def fragments(cookies):
    fits = message(offer(), cookies=cookies)
    for length in 0, 3, 7, 65535:
        yield "fragment's length", message(fragment(fits, length=length), first=FRAGMENT, cookies=cookies)
    for number in 0, 9, 255:
        yield "fragment's number", message(fragment(fits, number), first=FRAGMENT, cookies=cookies)
    for number in 3, 1, 2:
        yield "fragments that never become whole", message(fragment(os.urandom(400), number, 0, 7), first=FRAGMENT, cookies=cookies)
    yield "fragment of nobody's", message(fragment(fits), first=FRAGMENT)
    yield "fragments in a fragment", message(fragment(message(fragment(fits), first=FRAGMENT, cookies=cookies)), first=FRAGMENT, cookies=cookies)
    yield "fragment that is no message", message(fragment(os.urandom(300)), first=FRAGMENT, cookies=cookies)
    yield "fragments of too much", message(fragment(os.urandom(3000), 1, 0, 8), first=FRAGMENT, cookies=cookies)
    yield "fragments of too much", message(fragment(os.urandom(3000), 2, 0, 8), first=FRAGMENT, cookies=cookies)
    yield "no fragment behind its header", message(b"", first=FRAGMENT, cookies=cookies)


def within(cookies):
    """Under the cookies of an IKE SA that is up, which whoever is on the way can read."""
    spi = struct.pack("!IBBH", 1, 1, 16, 1) + cookies[0] + cookies[1]
    yield "Delete in clear", message(generic(spi), first=DELETE, exchange=INFORMATIONAL, cookies=cookies, id=5)
    yield "notification in clear", message(generic(struct.pack("!IBBH", 1, 1, 0, 24578)), first=NOTIFY, exchange=INFORMATIONAL, cookies=cookies, id=6)
    for size in 0, 1, 7, 16, 17, 64, 512:
        for exchange in QUICK, INFORMATIONAL, TRANSACTION, MAIN, AGGRESSIVE:
            yield "random bytes in place of encrypted ones", message(os.urandom(size), first=HASH, exchange=exchange, cookies=cookies, flags=1, id=0x1000 + size)
    yield "quick mode in clear", message(generic(os.urandom(32), SA) + bytes(offer()), first=HASH, exchange=QUICK, cookies=cookies, id=9)
    yield "quick mode without a message ID", message(os.urandom(64), first=HASH, exchange=QUICK, cookies=cookies, flags=1, id=0)
    yield "another responder's cookie", message(os.urandom(64), first=HASH, exchange=QUICK, cookies=(cookies[0], os.urandom(8)), flags=1, id=11)
    yield "first message again under it", message(offer(), cookies=(cookies[0], bytes(8)))


def packets(source, destination, spi):
    """Not IKE: ESP and AH, plain and behind UDP, that nobody sealed."""
    ip = IP(src=source, dst=destination)
    for size in 0, 1, 4, 7, 8, 9, 15, 16, 24, 27, 28, 40, 1400:
        sealed = bytes(ESP(spi=spi, seq=100 + size, data=os.urandom(max(size - 8, 0))))[:size]
        yield "short ESP", ip / UDP(sport=4500, dport=4500) / Raw(sealed)
        yield "short ESP", IP(src=source, dst=destination, proto=50) / Raw(sealed)
        yield "short AH", IP(src=source, dst=destination, proto=51) / Raw(os.urandom(size))
    for unknown in 1, 255, 256, 0xDEADBEEF, 0xFFFFFFFF:
        yield "unknown SPI", ip / UDP(sport=4500, dport=4500) / Raw(bytes(ESP(spi=unknown, seq=1, data=os.urandom(80))))
        yield "unknown SPI", ip / ESP(spi=unknown, seq=1, data=os.urandom(80))
        yield "unknown SPI", ip / AH(spi=unknown, seq=1, icv=os.urandom(16)) / Raw(os.urandom(40))
    for seq in 0, 1, 2, 1000, 0x7FFFFFFF, 0xFFFFFFFF:
        yield "sequence number", ip / UDP(sport=4500, dport=4500) / Raw(bytes(ESP(spi=spi, seq=seq, data=os.urandom(88))))
    for length in 0, 1, 2, 255:
        yield "AH that lies about its length", ip / AH(spi=spi, seq=1, payloadlen=length, icv=os.urandom(16)) / Raw(os.urandom(40))
    for size in 1, 2, 3:
        yield "short datagram", ip / UDP(sport=4500, dport=4500) / Raw(os.urandom(size))
    yield "fragment of ESP", IP(src=source, dst=destination, proto=50, flags="MF", frag=3) / Raw(os.urandom(64))


class Asker:
    """A socket that sends messages, and counts answers by the cookie that came back."""

    def __init__(self, source, destination):
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind((source, 0))
        self.socket.setblocking(False)
        self.destination = destination
        self.sent, self.answers, self.kinds = {}, {}, {}
        self.count = self.bytes = self.largest = 0
        self.last = b""

    def ask(self, kind, body, port):
        marker = bytes(4) if port == 4500 else b""
        self.socket.sendto(marker + body, (self.destination, port))
        self.count += 1
        self.kinds[kind] = self.kinds.get(kind, 0) + 1
        self.sent[body[:8]] = self.sent.get(body[:8], 0) + 1
        while self.take(0):
            pass

    def take(self, patience=0.5):
        """Whether there was an answer, in so many seconds."""
        if not select.select([self.socket], [], [], patience)[0]:
            return False
        try:
            data = self.socket.recv(65536)
        except ConnectionError:
            return False
        self.last = data[4:] if data[:4] == bytes(4) else data
        self.answers[self.last[:8]] = self.answers.get(self.last[:8], 0) + 1
        self.bytes += len(data)
        self.largest = max(self.largest, len(data))
        return True

    def converse(self, port):
        """A negotiation of its own, to message 2, and then wrong messages 3 under its cookies. A stranger's is refused at message 1."""
        cookie = os.urandom(8)
        self.ask("message 1 that fits", message(offer(), cookies=(cookie, bytes(8))), port)
        end = time.time() + 2
        while time.time() < end and not (self.last[:8] == cookie and len(self.last) > 28):
            self.take()
        if self.last[:8] != cookie or self.last[18] != MAIN:
            return
        cookies = (cookie, self.last[8:16])

        def third(key, nonce, tail=b"", following=0):
            return message(bytes(ISAKMP_payload_KE(next_payload=NONCE, load=key)) + bytes(ISAKMP_payload_Nonce(next_payload=following, load=nonce)) + tail, first=KE, cookies=cookies)

        for size in 0, 1, 255, 257, 512, 4096:
            self.ask("size of the public value", third(os.urandom(size), os.urandom(32)), port)
        for size in 0, 7, 257, 2000:
            self.ask("size of the nonce", third(os.urandom(256), os.urandom(size)), port)
        self.ask("message 3 without a nonce", message(bytes(ISAKMP_payload_KE(load=os.urandom(256))), first=KE, cookies=cookies), port)
        self.ask("message 3 with two public values", message(bytes(ISAKMP_payload_KE(next_payload=KE, load=os.urandom(256))) + bytes(ISAKMP_payload_KE(load=os.urandom(256))), first=KE, cookies=cookies), port)
        for sizes in (0, 0), (1, 31), (33, 65), (32,), (32,) * 40:
            tail = b"".join(generic(os.urandom(size), NATD if n < len(sizes) - 1 else 0) for n, size in enumerate(sizes))
            # this one may be taken, since hashes that fit nothing tell of a NAT: one answer, and the public value is not looked at twice
            self.ask("hashes of NAT-D", third(b"\x7f" + os.urandom(255), os.urandom(32), tail, NATD), port)
        # message 4 comes when the exponentiation is done; what comes before it is for nobody
        end = time.time() + 5
        while time.time() < end and not (self.last[:8] == cookie and self.last[16] == KE):
            self.take()
        for number in range(8):
            self.ask("message 5 of nobody's key", message(os.urandom(96), first=ID, cookies=cookies, flags=1), port)


def main():
    wanted = json.loads(sys.argv[2])
    source, destination, spi = wanted["from"], wanted["to"], wanted["spi"]
    out = conf.L3socket()
    kinds = {}

    def put(kind, packet):
        out.send(packet)
        kinds[kind] = kinds.get(kind, 0) + 1

    if sys.argv[1] == "seal":
        # sealed by the peer's own key: what is wrong shows after the ICV
        sa = SecurityAssociation(ESP, spi=spi, crypt_algo="AES-GCM", crypt_key=bytes.fromhex(wanted["key"]))
        sequence = wanted["sequence"]

        def sealed(kind, data, following, padding):
            nonlocal sequence
            sequence += 1
            trailer = padding + bytes((len(padding), following))
            plain = ESP(spi=spi, seq=sequence, data=data + trailer)
            put(kind, IP(src=source, dst=destination) / UDP(sport=4500, dport=4500) / Raw(seal(sa, plain)))

        inner = bytes(IP(src=wanted["far"], dst=wanted["near"]) / ICMP() / Raw(b"12345678"))
        sealed("bad padding", inner, 4, b"\x01\x03")
        sealed("bad padding", inner, 4, bytes(6))
        sealed("padding longer than the packet", inner[:8], 4, b"")
        sealed("next header", inner, 6, b"\x01\x02")
        sealed("next header", inner, 255, b"\x01\x02")
        sealed("dummy", inner, 59, b"\x01\x02")
        sealed("inside is no packet", os.urandom(28), 4, b"\x01\x02")
        sealed("inside is shorter than it says", inner[:-4], 4, b"\x01\x02")
        sealed("nothing inside", b"", 4, b"\x01\x02")
        sealed("from elsewhere", bytes(IP(src="10.9.0.1", dst=wanted["near"]) / ICMP() / Raw(b"12345678")), 4, b"\x01\x02")
        sealed("to elsewhere", bytes(IP(src=wanted["far"], dst="127.0.0.1") / ICMP() / Raw(b"12345678")), 4, b"\x01\x02")
        sequence = wanted["sequence"]
        sealed("replayed", inner, 4, b"\x01\x02")
        print(json.dumps({"sent": sum(kinds.values()), "kinds": kinds}))
        return

    asker = Asker(source, destination)
    cookies = bytes.fromhex(wanted["initiatorCookie"]), bytes.fromhex(wanted["responderCookie"])
    for number in range(wanted["rounds"]):
        for port in 500, 4500:
            for make in headers(), chains(), proposals(), aggressives(), fragments(cookies), within(cookies):
                for kind, body in make:
                    asker.ask(kind, body, port)
                    if asker.count % 25 == 0:
                        time.sleep(0.01)
            if number == 0:
                asker.converse(port)
        for kind, packet in packets(source, destination, spi):
            put(kind, packet)
    while asker.take():
        pass
    most = max((count - asker.sent.get(cookie, 0) for cookie, count in asker.answers.items()), default=0)
    print(json.dumps({"sent": asker.count, "answers": sum(asker.answers.values()), "surplus": most, "largest": asker.largest,
                      "packets": sum(kinds.values()), "kinds": {**asker.kinds, **kinds}}))


def seal(sa, plain):
    """ESP of AES-GCM with a trailer of our own, which Scapy's encrypt would make right."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM
    key = sa.crypt_key[:16]
    iv = os.urandom(8)
    head = struct.pack("!II", plain.spi, plain.seq)
    return head + iv + AESGCM(key).encrypt(sa.crypt_salt + iv, plain.data, head)


main()
