"""Scapy as the other end: python3 scapy_peer.py TOOL. A line "ok NAME" or "not ok NAME" for each case.

Scapy's ESP is an implementation of its own over Python's cryptography; it opens what the engine sealed and seals what the engine opens.
"""
import logging
import os
import random
import subprocess
import sys
import warnings

warnings.filterwarnings("ignore")
logging.getLogger("scapy.runtime").setLevel(logging.ERROR)

from scapy.layers.inet import ICMP, IP, UDP  # noqa: E402
from scapy.layers.ipsec import ESP, SecurityAssociation  # noqa: E402
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


def main():
    tool = Tool(sys.argv[1])
    for cipher in CIPHERS:
        for digest in [None] if cipher[4] else HASHES:
            name = f"scapy: {cipher[0]}" + (f" with {digest[0]}" if digest else "") + ", both ways"
            case(name, lambda c=cipher, d=digest: talk(tool, c, d))
    tool.process.stdin.close()
    if tool.process.wait() != 0:
        print("not ok scapy: the engine's end")


main()
