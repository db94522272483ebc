/*
 * Frames on a device's two ports, with lwIP behind the guards (hosts/lwip/ethernet.c, arp.c, forward.c): what the address cache believes, what leaves a port that
 * is not sure of its address, and whether lwIP's pools are full again when it is over.
 */
#include "input.h"

#include "../node/lwip/ports.h"

#include "lwip/memp.h"
#include "lwip/priv/memp_priv.h"

static uint32_t used(void)
{
	uint32_t sum = 0;
	static const memp_t pools[] = { MEMP_PBUF, MEMP_PBUF_POOL, MEMP_REASSDATA, MEMP_FRAG_PBUF, MEMP_ARP_QUEUE };
	for (unsigned i = 0; i < sizeof pools / sizeof pools[0]; i++)
		sum += memp_pools[pools[i]]->stats->used;
	return sum;
}

int LLVMFuzzerInitialize(int* count, char*** words)
{
	(void)count;
	(void)words;
	int output = dup(1);
	(void)output;
	open_ports();
	return 0;
}

/* Makes a frame of the fuzzer's bytes one that is looked at more closely. */
static void mend(uint8_t* frame, uint32_t size, uint8_t how, BoardPort port)
{
	static const uint16_t types[] = { 0x0800, 0x0806, 0x8100, 0x0800 };
	if (size < 14)
		return;
	if (how & 1)
		memcpy(frame, how & 2 ? many : own[port], 6);
	if (how & 4)
		write16(frame + 12, types[how >> 3 & 3]);
	if (how & 32 && read16(frame + 12) == 0x0800 && size >= 34) {
		uint8_t* ip = frame + 14;
		uint32_t header = (ip[0] & 15u) * 4;
		ip[0] = (uint8_t)(0x40 | (ip[0] & 15));
		if (header >= 20 && header <= size - 14) {
			write16(ip + 10, 0);
			write16(ip + 10, checksum(ip, header));
			if (how & 64 && ip[9] == 1 && size - 14 >= header + 8) {
				write16(ip + header + 2, 0);
				write16(ip + header + 2, checksum(ip + header, size - 14 - header));
			}
		}
	}
}

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size)
{
	Input input = { data, data + size };
	srand(1);
	begin();
	for (unsigned i = 0; i < 40 && !inputIsOver(&input); i++) {
		uint8_t what = input8(&input);
		BoardPort port = what & 8 ? kPortLAN : kPortWAN;
		unsigned before = sentCount;
		int wasMute = arp_is_mute(port);
		switch (what & 7) {
		case 0: pass(input16(&input) % 20000u); break;
		case 1: arp_ask(port, input32(&input)); break;
		case 2: set(port, input8(&input) & 1 ? 0 : ADDRESS(10, port, 0, 1 + input8(&input) % 4)); break;
		case 3: {
			if (what & 16)
				netif_set_link_down(&ports[port]);
			else
				netif_set_link_up(&ports[port]);
			arp_link(port);
			break;
		}
		default: {
			const uint8_t* bytes;
			uint8_t how = input8(&input);
			uint32_t length = inputBytes(&input, input16(&input) % 1700, &bytes);
			uint8_t* frame = block(length);
			memcpy(frame, bytes, length);
			mend(frame, length, how, port);
			receive(port, frame, length);
			free(frame);
			for (unsigned s = before; s < sentCount && wasMute && arp_is_mute(port); s++)
				HOLDS(sent[s % 64].port != port || read16(sent[s % 64].bytes + 12) == 0x0806);
		}
		}
		for (BoardPort each = 0; each < kPorts; each++)
			HOLDS(!knows(each, WAN_ADDRESS, attacker) || ip4_addr_get_u32(netif_ip4_addr(&ports[kPortWAN])) != lwip_htonl(WAN_ADDRESS));
	}
	/* longer than anything is kept */
	for (BoardPort port = 0; port < kPorts; port++) {
		netif_set_link_up(&ports[port]);
		set(port, 0);
	}
	pass(70000);
	HOLDS(used() == 0);
	HOLDS(failures == 0);
	return 0;
}
