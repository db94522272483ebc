/*
 * What the packet engine adds to the cryptography, and what the size of its tables costs. engine.mjs compiles and runs it. Times are CPU time of
 * the thread for one packet, the least of many batches; what is compared alternates batch by batch, so that both meet the same machine.
 */
#include "firewall.h"
#include "support.h"

#include <openssl/evp.h>
#include <stdlib.h>
#include <time.h>

unsigned gFailures;

#define kLength 1400
/* Packets between two looks at the clock, which costs as much as a packet; they stay in the cache. */
#define kBatch 64
#define kBatches 600
#define kRun 16

static double microseconds(void)
{
	struct timespec now;
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

static EVP_CIPHER* gcm;
static EVP_CIPHER_CTX* sealing;
static EVP_CIPHER_CTX* opening;
static Buffer buffers[kBatch];
static uint64_t gNow = 1;

/* AES-128-GCM as ESP needs it and no more: nonce, eight bytes of header, the packet, the tag; without a new key. */
static void bareSeal(uint8_t* data, int size, uint64_t number)
{
	uint8_t nonce[12] = { 1, 2, 3, 4 }, header[8] = { 0 };
	int written;
	memcpy(nonce + 4, &number, 8);
	CHECK(EVP_CipherInit_ex2(sealing, NULL, NULL, nonce, 1, NULL) && EVP_CipherUpdate(sealing, NULL, &written, header, 8)
		&& EVP_CipherUpdate(sealing, data, &written, data, size) && EVP_CipherFinal_ex(sealing, data + size, &written)
		&& EVP_CIPHER_CTX_ctrl(sealing, EVP_CTRL_AEAD_GET_TAG, 16, data + size));
}

static void bareOpen(uint8_t* data, int size, uint64_t number)
{
	uint8_t nonce[12] = { 1, 2, 3, 4 }, header[8] = { 0 };
	int written;
	memcpy(nonce + 4, &number, 8);
	CHECK(EVP_CipherInit_ex2(opening, NULL, NULL, nonce, 0, NULL) && EVP_CipherUpdate(opening, NULL, &written, header, 8)
		&& EVP_CipherUpdate(opening, data, &written, data, size) && EVP_CIPHER_CTX_ctrl(opening, EVP_CTRL_AEAD_SET_TAG, 16, data + size)
		&& EVP_CipherFinal_ex(opening, data + size, &written));
}

static void keepLess(double* least, double before, double between, double after)
{
	if ((between - before) / kBatch < least[0])
		least[0] = (between - before) / kBatch;
	if ((after - between) / kBatch < least[1])
		least[1] = (after - between) / kBatch;
}

/* Seals and opens kBatch packets, `run` at once, of `flows` flows in turn. The times for one packet, in microseconds, are kept where they are less. */
static void engineBatch(unsigned run, double* least, unsigned flows)
{
	EnginePacket packets[kBatch];
	EngineVerdict verdicts[kBatch];
	EngineFlow flow;
	for (unsigned i = 0; i < kBatch; i++)
		packets[i] = makePacket(&buffers[i], flows ? ADDRESS(10, 1, 0, 0) + i / run % flows : kHere, flows ? ADDRESS(10, 2, 0, 0) + i / run % flows : kThere, 17, kLength, 0);
	double before = microseconds();
	for (unsigned i = 0; i < kBatch; i += run)
		engine_outbound(packets + i, verdicts + i, run, gNow, &flow);
	double between = microseconds();
	for (unsigned i = 0; i < kBatch; i += run)
		engine_inbound(packets + i, verdicts + i, run, gNow, &kNative);
	keepLess(least, before, between, microseconds());
	for (unsigned i = 0; i < kBatch; i++)
		CHECK(verdicts[i] == kVerdictDeliver && packets[i].length == kLength);
}

static void bareBatch(double* least)
{
	uint8_t* data[kBatch];
	for (unsigned i = 0; i < kBatch; i++)
		data[i] = makePacket(&buffers[i], kHere, kThere, 17, kLength, 0).data;
	double before = microseconds();
	for (unsigned i = 0; i < kBatch; i++)
		bareSeal(data[i], kLength + 4, i);
	double between = microseconds();
	for (unsigned i = 0; i < kBatch; i++)
		bareOpen(data[i], kLength + 4, i);
	keepLess(least, before, between, microseconds());
}

/* `count` policies, each of a host here and a host there, in order, and as many pairs of SAs; the rest of the table is full of dying SAs. */
static void fillTables(unsigned count, int full)
{
	clearTables();
	for (unsigned i = 0; i < count; i++) {
		PolicyRecord* policy = addPolicy(i, POLICY_FLAG_ENABLED);
		policy->localFirst[0] = policy->localLast[0] = ADDRESS(10, 1, 0, 0) + i;
		policy->remoteFirst[0] = policy->remoteLast[0] = ADDRESS(10, 2, 0, 0) + i;
	}
	for (unsigned slot = 2 * count; full && slot < SECURITY_ASSOCIATIONS; slot++)
		addSA(OUTGOING, (Options) { .cipher = kCipherAES128GCM, .slot = slot, .policy = slot % count, .spi = 0x5000 + slot });
	for (unsigned i = 0; i < count; i++) {
		uint32_t spi = 0x10000 | (2 * i);
		addSA(OUTGOING, (Options) { .cipher = kCipherAES128GCM, .slot = 2 * i + 1, .policy = i, .spi = spi });
		SARecord* in = addSA(INCOMING, (Options) { .cipher = kCipherAES128GCM, .slot = 2 * i, .policy = i, .spi = spi });
		SARecord there = *in;
		memcpy(in->localFirst, there.remoteFirst, 32);
		memcpy(in->remoteFirst, there.localFirst, 32);
	}
}

static void worse(double* least)
{
	least[0] = least[1] = 1e9;
}

static void report(const char* what, const double* time, const double* of)
{
	printf("%-60s seal %.3f us, open %.3f us", what, time[0], time[1]);
	if (of)
		printf(": %.2f and %.2f times", time[0] / of[0], time[1] / of[1]);
	printf("\n");
}

int main(void)
{
	static const uint8_t key[16] = { 1 };
	double bare[2], one[2], many[2], run[2], cbc[2], logged[2], various[2];
	SARecord *out, *in;
	if (accelerator_initialize() != kAcceleratorOK)
		return 2;
	engine_initialize();
	gcm = EVP_CIPHER_fetch(NULL, "AES-128-GCM", NULL);
	sealing = EVP_CIPHER_CTX_new();
	opening = EVP_CIPHER_CTX_new();
	CHECK(EVP_CipherInit_ex2(sealing, gcm, key, NULL, 1, NULL) && EVP_CipherInit_ex2(opening, gcm, key, NULL, 0, NULL));

	worse(bare), worse(one), worse(run);
	clearTables();
	addLoop((Options) { .cipher = kCipherAES128GCM }, &out, &in);
	for (unsigned i = 0; i < kBatches; i++) {
		bareBatch(bare);
		engineBatch(1, one, 0);
		engineBatch(kRun, run, 0);
	}
	report("AES-128-GCM, 1400 bytes: OpenSSL alone", bare, NULL);
	report("the engine, one packet a call", one, bare);
	report("the engine, 16 packets a call", run, bare);

	worse(one), worse(logged);
	for (unsigned i = 0; i < kBatches; i++) {
		gFirewall.level = FIREWALL_OFF;
		engineBatch(kRun, one, 0);
		gFirewall.level = FIREWALL_ALL;
		engineBatch(kRun, logged, 0);
	}
	report("16 packets a call, firewall log off", one, NULL);
	report("firewall log on, packets of one flow", logged, one);
	worse(one), worse(various);
	for (unsigned i = 0; i < kBatches; i++) {
		gFirewall.level = FIREWALL_OFF;
		engineBatch(1, one, kBatch);
		gFirewall.level = FIREWALL_ALL;
		/* None is like one of the second before it. */
		gNow += 1000;
		engineBatch(1, various, kBatch);
	}
	gFirewall.level = FIREWALL_OFF;
	report("a flow for each of 64 packets, firewall log off", one, NULL);
	report("firewall log on, an entry for each", various, one);

	/* The tables change too much to alternate by the batch: they alternate by ten. */
	worse(one), worse(many);
	for (unsigned i = 0; i < kBatches / 10; i++) {
		fillTables(1, 0);
		for (unsigned j = 0; j < 10; j++)
			engineBatch(1, one, 1);
		fillTables(CONNECTIONS, 1);
		for (unsigned j = 0; j < 10; j++)
			engineBatch(1, many, CONNECTIONS);
	}
	report("one policy, one pair of SAs", one, NULL);
	report("every policy and SA that there is, a flow of each in turn", many, one);

	worse(cbc);
	clearTables();
	addLoop((Options) { .cipher = kCipherAES128CBC, .hash = kHashSHA256 }, &out, &in);
	for (unsigned i = 0; i < kBatches; i++)
		engineBatch(kRun, cbc, 0);
	report("AES-128-CBC with HMAC-SHA2-256", cbc, NULL);
	EVP_CIPHER_CTX_free(sealing);
	EVP_CIPHER_CTX_free(opening);
	EVP_CIPHER_free(gcm);
	engine_clear();
	accelerator_shutdown();
	return gFailures != 0;
}
