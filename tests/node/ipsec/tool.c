/*
 * The engine for another program to talk to: a command a line on standard input, an answer a line on standard output; bytes in hexadecimal, "-" for none.
 *   sa CIPHER HASH KEY AUTHENTICATION-KEY SPI    one SA each way with these keys; the SPI's lower bits are 0
 *   sa ... PROTOCOL MODE AH-HASH AH-KEY EXTENDED the same with all that there is, by the numbers of layout.h; EXTENDED: 64-bit sequence numbers
 *   at SEQUENCE                                  the incoming SA has had all numbers up to this one
 *   seal SEQUENCE PACKET                         the ESP packet; with its IPv4 header where the engine makes that
 *   open ESP-PACKET                              the inner packet, or "drop REASON" with the number of its reason; with its IPv4 header likewise
 */
#include "support.h"

#include <stdlib.h>

unsigned gFailures;

static uint32_t readHex(const char* text, uint8_t* to, uint32_t room)
{
	uint32_t size = 0;
	unsigned byte;
	if (*text == '-')
		return 0;
	for (; size < room && sscanf(text, "%2x", &byte) == 1; text += 2)
		to[size++] = (uint8_t)byte;
	return size;
}

static void answer(const EnginePacket* packet)
{
	for (uint32_t i = 0; i < packet->length; i++)
		printf("%02x", packet->data[i]);
	printf("\n");
}

static void sa(char* words[])
{
	int all = words[5] != NULL;
	for (unsigned slot = 0; slot <= 1; slot++) {
		SARecord* record = addSA(slot == 0 ? INCOMING : OUTGOING, (Options) { .cipher = atoi(words[0]), .hash = atoi(words[1]), .slot = slot, .spi = (uint32_t)strtoul(words[4], NULL, 0),
			.protocol = all ? atoi(words[5]) : 0, .mode = all ? atoi(words[6]) : 0, .ahHash = all ? atoi(words[7]) : 0, .extended = all && atoi(words[9]) });
		record->localFirst[0] = record->remoteFirst[0] = 0;
		record->localLast[0] = record->remoteLast[0] = 0xffffffff;
		record->state = SA_RESERVED;
		record->encryptionKeySize = (uint16_t)readHex(words[2], record->encryptionKey, SA_ENCRYPTION_KEY_MAXIMUM);
		record->authenticationKeySize = (uint16_t)readHex(words[3], record->authenticationKey, SA_AUTHENTICATION_KEY_MAXIMUM);
		if (all)
			record->ahKeySize = (uint16_t)readHex(words[8], record->ahKey, SA_AH_KEY_MAXIMUM);
		CHECK(sad_open(slot) == kAcceleratorOK);
		record->state = SA_LIVE;
	}
	printf("ok\n");
}

static void command(char* words[])
{
	static Buffer buffer;
	EngineFlow flow;
	EnginePacket packet = { buffer.bytes + kEngineHeadroom, 0 };
	if (strcmp(words[0], "sa") == 0)
		sa(words + 1);
	else if (strcmp(words[0], "seal") == 0) {
		gSAD[1].sequence = strtoull(words[1], NULL, 0) - 1;
		packet.length = readHex(words[2], packet.data, kRoom);
		EngineVerdict verdict = out1(&packet, 1, &flow);
		if (verdict == kVerdictSend)
			answer(&packet);
		else
			printf("verdict %d\n", verdict);
	}
	else if (strcmp(words[0], "at") == 0) {
		gSAD[0].sequence = strtoull(words[1], NULL, 0);
		printf("ok\n");
	}
	else if (strcmp(words[0], "open") == 0) {
		EngineOrigin origin = gSAD[0].protocol == PROTOCOL_ESP ? kNative : kAH;
		origin.headerIncluded = (uint8_t)(gSAD[0].protocol != PROTOCOL_ESP || gSAD[0].mode == MODE_TRANSPORT);
		memset(gEngine.drops, 0, sizeof(gEngine.drops));
		packet.length = readHex(words[1], packet.data, kRoom);
		if (in1(&packet, 1, &origin) == kVerdictDeliver)
			answer(&packet);
		else
			for (int reason = 0; reason < DROP_REASONS; reason++)
				if (gEngine.drops[reason])
					printf("drop %d\n", reason);
	}
	fflush(stdout);
}

int main(void)
{
	static char line[16384];
	if (accelerator_initialize() != kAcceleratorOK)
		return 2;
	engine_initialize();
	PolicyRecord* policy = addPolicy(0, POLICY_FLAG_ENABLED);
	policy->localFirst[0] = policy->remoteFirst[0] = 0;
	policy->localLast[0] = policy->remoteLast[0] = 0xffffffff;
	while (fgets(line, sizeof(line), stdin)) {
		char* words[13] = { NULL };
		char* next = line;
		unsigned count = 0;
		for (char* word; count < 12 && (word = strsep(&next, " \n")) != NULL;)
			if (*word)
				words[count++] = word;
		if (count > 0)
			command(words);
	}
	engine_clear();
	accelerator_shutdown();
	return gFailures != 0;
}
