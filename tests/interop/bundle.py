"""AH around ESP, keyed by hand, between the engine and the kernel of the peer VM.

  bundle.py list         a line for each case: its name, a tab, the commands that key the VM's kernel
  bundle.py TOOL NUMBER  in keygate's namespace: pings the VM by packets that TOOL (tests/node/ipsec/tool.c) seals, and lets it open the answers

The tool has one SA each way with the same keys and SPI.
"""
import socket
import struct
import subprocess
import sys

SPI = 0x7D403C00
HERE, THERE, NEAR, FAR = "10.0.0.1", "10.0.0.2", "10.1.0.1", "10.2.0.1"
TUNNEL, TRANSPORT, BUNDLE = 1, 2, 3
# number in accelerator.h, the kernel's name, octets of key, bits of the ICV
HASHES = {"md5": (1, "md5", 16, 96), "sha1": (2, "sha1", 20, 96), "sha256": (3, "sha256", 32, 128), "sha384": (4, "sha384", 48, 192), "sha512": (5, "sha512", 64, 256)}
CIPHERS = {"3des": (1, "enc 'cbc(des3_ede)'", 24, ""), "aes128": (2, "enc 'cbc(aes)'", 16, ""), "aes256ctr": (9, "enc 'rfc3686(ctr(aes))'", 36, ""),
           "aes128gcm16": (5, "aead 'rfc4106(gcm(aes))'", 20, " 128"), "null": (0, "enc 'ecb(cipher_null)'", 0, "")}
CASES = [(around, cipher, own, mode)
         for mode in (TUNNEL, TRANSPORT)
         for around, cipher, own in (("md5", "3des", None), ("sha1", "aes128", "sha1"), ("sha256", "aes128gcm16", None), ("sha384", "aes256ctr", "sha256"), ("sha512", "null", "md5"))]


def key(size, seed):
    return bytes((seed * 37 + 11 * i + 1) & 255 for i in range(size))


def keys(case):
    around, cipher, own, _ = case
    return key(CIPHERS[cipher][2], 1), key(HASHES[own][2], 2) if own else b"", key(HASHES[around][2], 3)


def name(case):
    around, cipher, own, mode = case
    return f"AH {around} around ESP {cipher}" + (f"-{own}" if own else "") + (" in a tunnel" if mode == TUNNEL else " in transport mode")


def commands(case):
    around, cipher, own, mode = case
    key_e, key_a, key_h = keys(case)
    word = "tunnel" if mode == TUNNEL else "transport"
    lines = ["ip xfrm policy flush", "ip xfrm state flush", f"ip route replace 10.1.0.0/24 via {HERE} src {FAR}"]
    for source, destination in (HERE, THERE), (THERE, HERE):
        esp = f"ip xfrm state add src {source} dst {destination} proto esp spi {SPI:#x} mode {word} replay-window 32 "
        esp += f"{CIPHERS[cipher][1]} " + ("0x" + key_e.hex() if key_e else "''") + CIPHERS[cipher][3]
        if own:
            esp += f" auth-trunc 'hmac({HASHES[own][1]})' 0x{key_a.hex()} {HASHES[own][3]}"
        lines.append(esp)
        lines.append(f"ip xfrm state add src {source} dst {destination} proto ah spi {SPI:#x} mode transport replay-window 32 "
                     f"auth-trunc 'hmac({HASHES[around][1]})' 0x{key_h.hex()} {HASHES[around][3]} flag align4")
    near, far = (NEAR, FAR) if mode == TUNNEL else (HERE, THERE)
    for direction, source, destination, outer in ("in", near, far, (HERE, THERE)), ("out", far, near, (THERE, HERE)):
        lines.append(f"ip xfrm policy add src {source} dst {destination} dir {direction} tmpl src {outer[0]} dst {outer[1]} proto esp mode {word} "
                     f"tmpl src {outer[0]} dst {outer[1]} proto ah mode transport")
    return "; ".join(lines)


def checksum(data):
    total = sum(struct.unpack(f"!{(len(data) + 1) // 2}H", data + b"\0" * (len(data) % 2)))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def ping(source, destination, number):
    body = struct.pack("!BBHHH", 8, 0, 0, 0x4B47, number) + b"0123456789" * number
    body = body[:2] + struct.pack("!H", checksum(body)) + body[4:]
    header = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(body), 0x1000 + number, 0, 64, 1, 0, socket.inet_aton(source), socket.inet_aton(destination))
    return header[:10] + struct.pack("!H", checksum(header)) + header[12:] + body


def main():
    if sys.argv[1] == "list":
        for case in CASES:
            print(f"{name(case)}\t{commands(case)}")
        return
    case = CASES[int(sys.argv[2])]
    around, cipher, own, mode = case
    tool = subprocess.Popen([sys.argv[1]], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def ask(*words):
        tool.stdin.write(" ".join(str(word) for word in words) + "\n")
        tool.stdin.flush()
        return tool.stdout.readline().strip()

    key_e, key_a, key_h = keys(case)
    assert ask("sa", CIPHERS[cipher][0], HASHES[own][0] if own else 0, key_e.hex() or "-", key_a.hex() or "-", SPI, BUNDLE, mode, HASHES[around][0], key_h.hex(), 0) == "ok"
    near, far = (NEAR, FAR) if mode == TUNNEL else (HERE, THERE)
    receive = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_AH)
    receive.settimeout(5)
    send = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)
    for number in range(1, 11):
        packet = ping(near, far, number)
        sealed = bytes.fromhex(ask("seal", number, packet.hex()))
        send.sendto(sealed, (THERE, 0))
        answer = bytes.fromhex(ask("open", receive.recv(4096).hex()))
        assert answer[12:20] == packet[16:20] + packet[12:16] and answer[20] == 0 and answer[24:] == packet[24:], answer.hex()
    broken = bytearray(bytes.fromhex(ask("seal", 11, ping(near, far, 11).hex())))
    broken[-1] ^= 1
    receive.settimeout(0.5)
    send.sendto(bytes(broken), (THERE, 0))
    try:
        receive.recv(4096)
        raise AssertionError("the kernel took a changed packet")
    except TimeoutError:
        print("ok")


main()
