"""Scapy as the other end: python3 scapy_peer.py TOOL. A line "ok NAME" or "not ok NAME" for each case.

Scapy's ESP is an implementation of its own over Python's cryptography; it opens what the engine sealed and seals what the engine opens.
"""
import hmac
import logging
import os
import random
import struct
import subprocess
import sys
import warnings

warnings.filterwarnings("ignore")
logging.getLogger("scapy.runtime").setLevel(logging.ERROR)

from scapy.layers.inet import ICMP, IP, IPOption, UDP  # noqa: E402
from scapy.layers.ipsec import AH, ESP, SecurityAssociation  # noqa: E402
from scapy.packet import Raw  # noqa: E402

SPI = 0x7D403C00
BAD_ICV, REPLAYED = 9, 8
CIPHERS = [
    # name, number in accelerator.h, Scapy's name, key bytes with salt or nonce, AEAD
    ("null", 0, "NULL", 0, False),
    ("3des-cbc", 1, "3DES", 24, False),
    ("aes-128-cbc", 2, "AES-CBC", 16, False),
    ("aes-192-cbc", 3, "AES-CBC", 24, False),
    ("aes-256-cbc", 4, "AES-CBC", 32, False),
    ("aes-128-gcm-16", 5, "AES-GCM", 20, True),
    ("aes-192-gcm-16", 6, "AES-GCM", 28, True),
    ("aes-256-gcm-16", 7, "AES-GCM", 36, True),
    ("aes-128-ctr", 8, "AES-CTR", 20, False),
    ("aes-256-ctr", 9, "AES-CTR", 36, False),
]
HASHES = [
    ("hmac-md5-96", 1, "HMAC-MD5-96", 16),
    ("hmac-sha1-96", 2, "HMAC-SHA1-96", 20),
    ("hmac-sha256-128", 3, "SHA2-256-128", 32),
    ("hmac-sha384-192", 4, "SHA2-384-192", 48),
    ("hmac-sha512-256", 5, "SHA2-512-256", 64),
]


class Tool:
    def __init__(self, path):
        self.process = subprocess.Popen([path], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def ask(self, *words):
        self.process.stdin.write(" ".join(str(word) for word in words) + "\n")
        self.process.stdin.flush()
        return self.process.stdout.readline().strip()


def inner(size):
    kind = UDP(sport=1000, dport=2000) if size % 2 else ICMP()
    return IP(src="10.1.0.5", dst="10.2.0.7", tos=size % 64 << 2, id=size) / kind / Raw(os.urandom(size))


def case(name, check):
    try:
        check()
        print("ok", name, flush=True)
    except Exception as error:  # noqa: BLE001
        print(f"# {type(error).__name__}: {error}")
        print("not ok", name, flush=True)


def talk(tool, cipher, digest):
    _, cipher_number, cipher_name, key_size, aead = cipher
    _, hash_number, hash_name, hash_key_size = digest if digest else ("", 0, None, 0)
    key = os.urandom(key_size)
    hash_key = os.urandom(hash_key_size)
    if tool.ask("sa", cipher_number, hash_number, key.hex() or "-", hash_key.hex() or "-", SPI) != "ok":
        raise AssertionError("the engine refused the SA")
    peer = SecurityAssociation(ESP, spi=SPI, crypt_algo=cipher_name, crypt_key=key, auth_algo=hash_name, auth_key=hash_key or None,
                               tunnel_header=IP(src="10.0.0.1", dst="10.0.0.2"))
    sequence = 0
    for size in [0, 1, 2, 3, 5, 8, 13, 14, 15, 16, 17, 31, 64, 333, 1372]:
        sequence += random.choice([1, 1, 7, 100])
        packet = inner(size)
        plain = bytes(packet)
        # we seal, Scapy opens
        sealed = tool.ask("seal", sequence, plain.hex())
        received = IP(src="10.0.0.1", dst="10.0.0.2", proto=50) / ESP(bytes.fromhex(sealed))
        if received[ESP].spi != SPI or received[ESP].seq != sequence:
            raise AssertionError(f"header of {sealed[:16]}")
        opened = bytes(peer.decrypt(IP(bytes(received))))
        if opened != plain:
            raise AssertionError(f"scapy opened {opened.hex()}, not {plain.hex()}")
        # Scapy seals, we open
        theirs = bytes(peer.encrypt(IP(plain), seq_num=sequence)[ESP])
        answer = tool.ask("open", theirs.hex())
        if answer != plain.hex():
            raise AssertionError(f"the engine answered {answer} to {theirs.hex()}")
        if tool.ask("open", theirs.hex()) != f"drop {REPLAYED}":
            raise AssertionError("a replay was taken")
        broken = bytearray(bytes(peer.encrypt(IP(plain), seq_num=sequence + 1)[ESP]))
        broken[random.randrange(8, len(broken))] ^= 1 << random.randrange(8)
        if tool.ask("open", bytes(broken).hex()) != f"drop {BAD_ICV}":
            raise AssertionError("a corrupted packet was taken")


def ah_by_hand(packet, key, digest, sequence, high):
    """An IPv4 packet with AH behind its header. Scapy signs the wrong layer when ESP is inside."""
    name, size = {"HMAC-MD5-96": ("md5", 12), "HMAC-SHA1-96": ("sha1", 12), "SHA2-256-128": ("sha256", 16), "SHA2-384-192": ("sha384", 24), "SHA2-512-256": ("sha512", 32)}[digest[2]]
    header, body = bytearray(bytes(packet)[:20]), bytes(packet)[20:]
    ah = struct.pack("!BBHII", header[9], (12 + size) // 4 - 2, 0, SPI, sequence & 0xFFFFFFFF)
    header[9] = 51
    header[2:4] = struct.pack("!H", 20 + len(ah) + size + len(body))
    fixed = bytearray(header)
    for i in (1, 6, 7, 8, 10, 11):
        fixed[i] = 0
    signed = bytes(fixed) + ah + bytes(size) + body + (struct.pack("!I", high) if high is not None else b"")
    icv = hmac.digest(key, signed, name)[:size]
    header[10:12] = b"\0\0"
    return bytes(IP(bytes(header) + ah + icv + body))


def strip_ah(raw, digest, key, high):
    """The reverse: checks it, and returns the packet without AH."""
    size = {"HMAC-MD5-96": 12, "HMAC-SHA1-96": 12, "SHA2-256-128": 16, "SHA2-384-192": 24, "SHA2-512-256": 32}[digest[2]]
    inside = bytearray(raw[:20] + raw[32 + size:])
    inside[9] = raw[20]
    inside[2:4] = struct.pack("!H", len(inside))
    sequence = struct.unpack("!I", raw[28:32])[0]
    again = ah_by_hand(IP(bytes(inside)), key, digest, sequence, high)
    if again[20:32 + size] != raw[20:32 + size]:
        raise AssertionError(f"AH {raw[20:32 + size].hex()}, not {again[20:32 + size].hex()}")
    return IP(bytes(inside)), sequence


AH_PROTOCOL, BUNDLE, TUNNEL, TRANSPORT = 2, 3, 1, 2


def protocols(tool, protocol, mode, cipher, digest, around, extended):
    """ESP in transport mode, AH, and both, against Scapy's ESP and AH."""
    key = os.urandom(cipher[3]) if cipher else b""
    hash_key = os.urandom(digest[3]) if digest else b""
    ah_key = os.urandom(around[3]) if around else b""
    answer = tool.ask("sa", cipher[1] if cipher else 0, digest[1] if digest else 0, key.hex() or "-", hash_key.hex() or "-", SPI, protocol, mode,
                      around[1] if around else 0, ah_key.hex() or "-", int(extended))
    if answer != "ok":
        raise AssertionError("the engine refused the SA")
    high = 0x12 if extended else None
    base = 0x1200000000 if extended else 0
    tool.ask("at", base)
    outer = IP(src="10.0.0.1", dst="10.0.0.2", id=77)
    esp = cipher and SecurityAssociation(ESP, spi=SPI, crypt_algo=cipher[2], crypt_key=key, auth_algo=digest[2] if digest else None, auth_key=hash_key or None,
                                         tunnel_header=outer if mode == TUNNEL else None, esn_en=extended, esn=high or 0)
    ah = around and SecurityAssociation(AH, spi=SPI, auth_algo=around[2], auth_key=ah_key, tunnel_header=outer if mode == TUNNEL else None, esn_en=extended, esn=high or 0)
    sequence = 0
    for size in [0, 1, 2, 3, 5, 8, 13, 16, 31, 64, 333, 1300]:
        sequence += random.choice([1, 1, 7, 100])
        packet = inner(size)
        if mode == TRANSPORT:
            packet[IP].src, packet[IP].dst = "10.0.0.1", "10.0.0.2"
            packet[IP].id = size + 1
            if protocol != BUNDLE and size % 2:
                packet[IP].options = [IPOption(bytes([7, 7, 4, 0, 0, 0, 0])), IPOption(bytes([148, 4, 0, 0]))]
        plain = bytes(packet)
        sealed = bytes.fromhex(tool.ask("seal", base + sequence, plain.hex()))
        # we seal, Scapy opens
        if protocol == BUNDLE:
            inside, number = strip_ah(sealed, around, ah_key, high)
            if number != sequence:
                raise AssertionError(f"number {number}")
            opened = esp.decrypt(inside)
        elif protocol == AH_PROTOCOL:
            opened = ah.decrypt(IP(sealed))
        else:
            opened = esp.decrypt(IP(sealed))
        if bytes(opened) != plain:
            raise AssertionError(f"scapy opened {bytes(opened).hex()}, not {plain.hex()}")
        # Scapy seals, we open
        if protocol == AH_PROTOCOL:
            theirs = bytes(ah.encrypt(IP(plain), seq_num=sequence))
        else:
            theirs = bytes(esp.encrypt(IP(plain), seq_num=sequence))
            if protocol == BUNDLE:
                theirs = ah_by_hand(IP(theirs), ah_key, around, sequence, high)
        broken = bytearray(theirs)
        broken[-1 - random.randrange(min(8, len(theirs) - 33))] ^= 1 << random.randrange(8)
        if tool.ask("open", bytes(broken).hex()) != f"drop {BAD_ICV}":
            raise AssertionError("a corrupted packet was taken")
        answer = tool.ask("open", theirs.hex())
        if answer != plain.hex():
            raise AssertionError(f"the engine answered {answer} to {theirs.hex()}, not {plain.hex()}")
        if tool.ask("open", theirs.hex()) != f"drop {REPLAYED}":
            raise AssertionError("a replay was taken")


def more(tool):
    """What Scapy can do beside ESP in tunnel mode; of 64-bit numbers its ESP knows those of an AEAD only."""
    for mode, word in (TUNNEL, "tunnel"), (TRANSPORT, "transport"):
        for around in HASHES:
            for extended in False, True:
                name = f"scapy: AH {around[0]} in {word} mode" + (", 64-bit numbers" if extended else "")
                case(name, lambda m=mode, a=around, e=extended: protocols(tool, AH_PROTOCOL, m, None, None, a, e))
        for cipher in CIPHERS:
            digest = None if cipher[4] else HASHES[cipher[1] % 5]
            around = HASHES[(cipher[1] + 2) % 5]
            for extended in [False, True] if cipher[4] else [False]:
                name = f"scapy: AH {around[0]} around ESP {cipher[0]}" + (f" with {digest[0]}" if digest else "") + f" in {word} mode" + (", 64-bit numbers" if extended else "")
                case(name, lambda m=mode, c=cipher, d=digest, a=around, e=extended: protocols(tool, BUNDLE, m, c, d, a, e))
            if cipher[2] in ("3DES", "AES-CBC"):
                case(f"scapy: AH {around[0]} around ESP {cipher[0]} without its own in {word} mode", lambda m=mode, c=cipher, a=around: protocols(tool, BUNDLE, m, c, None, a, False))
    for cipher in CIPHERS:
        for digest in [None] if cipher[4] else HASHES:
            name = f"scapy: ESP {cipher[0]}" + (f" with {digest[0]}" if digest else "") + " in transport mode"
            case(name, lambda c=cipher, d=digest: protocols(tool, 1, TRANSPORT, c, d, None, False))


def main():
    tool = Tool(sys.argv[1])
    for cipher in CIPHERS:
        for digest in [None] if cipher[4] else HASHES:
            name = f"scapy: {cipher[0]}" + (f" with {digest[0]}" if digest else "") + ", both ways"
            case(name, lambda c=cipher, d=digest: talk(tool, c, d))
    more(tool)
    tool.process.stdin.close()
    if tool.process.wait() != 0:
        print("not ok scapy: the engine's end")


main()
