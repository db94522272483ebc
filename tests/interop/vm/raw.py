"""Whole IPv4 packets for another program: python3 raw.py PROTOCOL. A line of hexadecimal on standard input is a packet to send, one on standard output a packet of that protocol that came."""
import socket
import sys
import threading

receiver = socket.socket(socket.AF_INET, socket.SOCK_RAW, int(sys.argv[1]))
sender = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)


def receive():
    while True:
        print(receiver.recv(65535).hex(), flush=True)


threading.Thread(target=receive, daemon=True).start()
print("ready", flush=True)
for line in sys.stdin:
    packet = bytes.fromhex(line.strip())
    sender.sendto(packet, (socket.inet_ntoa(packet[16:20]), 0))
