/*
 * What the packet engine adds to the cryptography, and what the size of its tables costs. engine.mjs compiles and runs it: as it is, it prints what takes how many microseconds
 * of the thread's CPU time for one packet, the least of many batches; what is compared alternates batch by batch, so that both meet the same machine. With the word `count` it
 * runs each batch once, for callgrind, which is told where each begins and ends and what it is.
 */
#include "firewall.h"
#include "support.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <time.h>
#include <valgrind/callgrind.h>

unsigned gFailures;

/* Packets between two looks at the clock, which costs as much as a packet; they stay in the cache. */
#define kBatch 64
#define kBatches 300
#define kRun 16

static const unsigned kSizes[] = { 64, 256, 576, 1400 };
static const struct { const char* name; int cipher, hash; const char *cipherName, *hashName; } kAlgorithms[] = {
	{ "AES-128-GCM", kCipherAES128GCM, 0, "AES-128-GCM", NULL },
	{ "AES-192-GCM", kCipherAES192GCM, 0, "AES-192-GCM", NULL },
	{ "AES-256-GCM", kCipherAES256GCM, 0, "AES-256-GCM", NULL },
	{ "AES-128-CBC, HMAC-MD5", kCipherAES128CBC, kHashMD5, "AES-128-CBC", "MD5" },
	{ "AES-128-CBC, HMAC-SHA1", kCipherAES128CBC, kHashSHA1, "AES-128-CBC", "SHA1" },
	{ "AES-128-CBC, HMAC-SHA256", kCipherAES128CBC, kHashSHA256, "AES-128-CBC", "SHA256" },
	{ "AES-192-CBC, HMAC-SHA384", kCipherAES192CBC, kHashSHA384, "AES-192-CBC", "SHA384" },
	{ "AES-256-CBC, HMAC-SHA512", kCipherAES256CBC, kHashSHA512, "AES-256-CBC", "SHA512" },
	{ "AES-128-CTR, HMAC-SHA256", kCipherAES128CTR, kHashSHA256, "AES-128-CTR", "SHA256" },
	{ "AES-256-CTR, HMAC-SHA256", kCipherAES256CTR, kHashSHA256, "AES-256-CTR", "SHA256" },
	{ "3DES-CBC, HMAC-SHA1", kCipher3DESCBC, kHashSHA1, "DES-EDE3-CBC", "SHA1" },
	{ "NULL, HMAC-SHA256", kCipherNull, kHashSHA256, NULL, "SHA256" },
};
#define kAlgorithmsCount (sizeof(kAlgorithms) / sizeof(kAlgorithms[0]))

static int gCounting;
static Buffer gBuffers[kBatch];
static uint64_t gNow = 1;

static double microseconds(void)
{
	struct timespec now;
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

/* ---- what is measured: a batch of packets sealed, and the same opened ---- */

typedef struct {
	char name[80];
	double least[2];	/* microseconds for one packet: seal, open */
} Measure;

static double gBegan;

static void begin(void)
{
	if (gCounting) {
		CALLGRIND_ZERO_STATS;
		CALLGRIND_TOGGLE_COLLECT;
	}
	gBegan = microseconds();
}

static void end(Measure* measure, int way)
{
	double time = (microseconds() - gBegan) / kBatch;
	if (gCounting) {
		char name[96];
		CALLGRIND_TOGGLE_COLLECT;
		snprintf(name, sizeof name, "%s|%s", measure->name, way ? "open" : "seal");
		CALLGRIND_DUMP_STATS_AT(name);
	}
	if (time < measure->least[way])
		measure->least[way] = time;
}

static Measure named(const char* what, const char* of, unsigned size)
{
	Measure measure = { .least = { 1e9, 1e9 } };
	snprintf(measure.name, sizeof measure.name, "%s|%s|%u", what, of, size);
	return measure;
}

static void report(const Measure* measure)
{
	if (!gCounting)
		printf("%s|seal %.4f\n%s|open %.4f\n", measure->name, measure->least[0], measure->name, measure->least[1]);
}

static unsigned batches(void)
{
	return gCounting ? 1 : kBatches;
}

/* ---- the engine ---- */

/* Seals and opens kBatch packets of `size` bytes, `run` at once, of `flows` flows in turn from number `first` on. */
static void engineBatch(Measure* measure, unsigned size, unsigned run, unsigned first, unsigned flows)
{
	static unsigned turn;
	EnginePacket packets[kBatch];
	EngineVerdict verdicts[kBatch];
	EngineFlow flow;
	for (unsigned i = 0; i < kBatch; i++) {
		unsigned number = first + (turn + i / run) % flows;
		packets[i] = makePacket(&gBuffers[i], ADDRESS(10, 1, 0, 0) + number, ADDRESS(10, 2, 0, 0) + number, 17, size, 0);
	}
	turn += kBatch / run;
	begin();
	for (unsigned i = 0; i < kBatch; i += run)
		engine_outbound(packets + i, verdicts + i, run, gNow, &flow);
	end(measure, 0);
	begin();
	for (unsigned i = 0; i < kBatch; i += run)
		engine_inbound(packets + i, verdicts + i, run, gNow, &kNative);
	end(measure, 1);
	for (unsigned i = 0; i < kBatch; i++)
		CHECK(verdicts[i] == kVerdictDeliver && packets[i].length == size);
}

/* ---- OpenSSL alone: what ESP needs of it and no more, with keys that are set before ---- */

static EVP_CIPHER_CTX* gCiphers[2];
static EVP_MAC_CTX* gMAC;
static int gIsAEAD;

static void openBare(const char* cipherName, const char* hashName)
{
	static const uint8_t key[64] = { 1 };
	EVP_CIPHER* cipher = cipherName ? EVP_CIPHER_fetch(NULL, cipherName, NULL) : NULL;
	for (int way = 0; cipher && way < 2; way++) {
		gCiphers[way] = EVP_CIPHER_CTX_new();
		CHECK(EVP_CipherInit_ex2(gCiphers[way], cipher, key, NULL, !way, NULL) && EVP_CIPHER_CTX_set_padding(gCiphers[way], 0));
	}
	gIsAEAD = cipher && EVP_CIPHER_get_mode(cipher) == EVP_CIPH_GCM_MODE;
	EVP_CIPHER_free(cipher);
	if (hashName) {
		EVP_MAC* mac = EVP_MAC_fetch(NULL, "HMAC", NULL);
		const OSSL_PARAM parameters[] = { OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, (char*)(uintptr_t)hashName, 0), OSSL_PARAM_construct_end() };
		gMAC = EVP_MAC_CTX_new(mac);
		CHECK(EVP_MAC_init(gMAC, key, 20, parameters));
		EVP_MAC_free(mac);
	}
}

static void closeBare(void)
{
	for (int way = 0; way < 2; way++) {
		EVP_CIPHER_CTX_free(gCiphers[way]);
		gCiphers[way] = NULL;
	}
	EVP_MAC_CTX_free(gMAC);
	gMAC = NULL;
}

static void bareCipher(int way, const uint8_t* nonce, uint8_t* data, int size)
{
	static const uint8_t header[8];
	EVP_CIPHER_CTX* context = gCiphers[way];
	int written;
	CHECK(EVP_CipherInit_ex2(context, NULL, NULL, nonce, !way, NULL) && (!gIsAEAD || EVP_CipherUpdate(context, NULL, &written, header, 8))
		&& EVP_CipherUpdate(context, data, &written, data, size));
	if (gIsAEAD && !way)
		CHECK(EVP_CipherFinal_ex(context, data + size, &written) && EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, 16, data + size));
	else if (gIsAEAD)
		CHECK(EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, 16, data + size) && EVP_CipherFinal_ex(context, data + size, &written));
}

static void bareMAC(const uint8_t* data, size_t size, uint8_t* tag)
{
	size_t length;
	CHECK(EVP_MAC_init(gMAC, NULL, 0, NULL) && EVP_MAC_update(gMAC, data, size) && EVP_MAC_final(gMAC, tag, &length, kMaximumHashSize));
}

static void bareOne(int way, uint8_t* data, int size, uint64_t number)
{
	uint8_t nonce[16] = { 1, 2, 3, 4 }, tag[kMaximumHashSize];
	memcpy(nonce + 4, &number, 8);
	if (way && gMAC)
		bareMAC(data, (size_t)size, tag);
	if (gCiphers[way])
		bareCipher(way, nonce, data, size);
	if (!way && gMAC)
		bareMAC(data, (size_t)size, tag);
}

static void bareBatch(Measure* measure, unsigned size, unsigned block)
{
	uint8_t* data[kBatch];
	int padded = (int)((size + 2 + block - 1) / block * block);
	for (unsigned i = 0; i < kBatch; i++)
		data[i] = makePacket(&gBuffers[i], kHere, kThere, 17, size, 0).data;
	for (int way = 0; way < 2; way++) {
		begin();
		for (unsigned i = 0; i < kBatch; i++)
			bareOne(way, data[i], padded, i);
		end(measure, way);
	}
}

/* ---- tables ---- */

/* `count` policies, each of a host here and a host there, in order, and as many pairs of SAs, each with a peer of its own as far as paths are remembered. */
static void fillTables(unsigned count)
{
	clearTables();
	for (unsigned i = 0; i < count; i++) {
		PolicyRecord* policy = addPolicy(i, POLICY_FLAG_ENABLED);
		uint32_t spi = ((uint32_t)(2 * i) & SPI_SLOT_MASK) | 0x1000000;
		policy->localFirst[0] = policy->localLast[0] = ADDRESS(10, 1, 0, 0) + i;
		policy->remoteFirst[0] = policy->remoteLast[0] = ADDRESS(10, 2, 0, 0) + i;
		SARecord* out = addSA(OUTGOING, (Options) { .cipher = kCipherAES128GCM, .slot = 2 * i + 1, .policy = i, .spi = spi });
		SARecord* in = addSA(INCOMING, (Options) { .cipher = kCipherAES128GCM, .slot = 2 * i, .policy = i, .spi = spi });
		out->remoteAddress[0] = in->remoteAddress[0] = kPeer + i % PATHS;
		out->localFirst[0] = ADDRESS(10, 1, 0, 0), out->localLast[0] = ADDRESS(10, 1, 255, 255);
		out->remoteFirst[0] = ADDRESS(10, 2, 0, 0), out->remoteLast[0] = ADDRESS(10, 2, 255, 255);
		memcpy(in->localFirst, out->remoteFirst, 32);
		memcpy(in->remoteFirst, out->localFirst, 32);
	}
}

static void measureTables(unsigned count)
{
	Measure turn = named("in turn", "AES-128-GCM", count), last = named("last", "AES-128-GCM", count);
	fillTables(count);
	/* Every flow is met before it counts. */
	for (unsigned i = 0; i < count; i += kBatch / kRun) {
		int counting = gCounting;
		Measure none = named("", "", 0);
		gCounting = 0;
		engineBatch(&none, 1400, kRun, 0, count);
		gCounting = counting;
	}
	for (unsigned i = 0; i < batches(); i++) {
		engineBatch(&turn, 1400, 1, 0, count);
		engineBatch(&last, 1400, 1, count - 1, 1);
	}
	report(&turn);
	report(&last);
}

/* ---- all ---- */

static void measureAlgorithm(size_t index, unsigned size)
{
	SARecord *out, *in;
	Measure bare = named("bare", kAlgorithms[index].name, size), engine = named("engine", kAlgorithms[index].name, size), run = named("run", kAlgorithms[index].name, size);
	unsigned block = kAlgorithms[index].cipher >= kCipherAES128CBC && kAlgorithms[index].cipher <= kCipherAES256CBC ? 16 : kAlgorithms[index].cipher == kCipher3DESCBC ? 8 : 4;
	clearTables();
	addLoop((Options) { .cipher = kAlgorithms[index].cipher, .hash = kAlgorithms[index].hash }, &out, &in);
	openBare(kAlgorithms[index].cipherName, kAlgorithms[index].hashName);
	for (unsigned i = 0; i <= batches(); i++) {
		int counting = gCounting;
		gCounting = i == 0 ? 0 : counting;	/* the first goes through code and tables that were never met */
		bareBatch(&bare, size, block);
		engineBatch(&engine, size, 1, 5, 1);
		engineBatch(&run, size, kRun, 5, 1);
		gCounting = counting;
	}
	closeBare();
	report(&bare);
	report(&engine);
	report(&run);
}

/* What the firewall log costs: of one flow, and an entry for each packet, of which none is like one of the second before it. */
static void measureLog(void)
{
	SARecord *out, *in;
	Measure off = named("log off", "AES-128-GCM", 1400), on = named("log on", "AES-128-GCM", 1400), each = named("log on, an entry for each", "AES-128-GCM", 1400);
	clearTables();
	addLoop((Options) { .cipher = kCipherAES128GCM }, &out, &in);
	for (unsigned i = 0; i < batches(); i++) {
		gFirewall.level = FIREWALL_OFF;
		engineBatch(&off, 1400, 1, 5, 1);
		gFirewall.level = FIREWALL_ALL;
		engineBatch(&on, 1400, 1, 5, 1);
		gNow += 1000;
		engineBatch(&each, 1400, 1, 5, kBatch);
	}
	gFirewall.level = FIREWALL_OFF;
	report(&off);
	report(&on);
	report(&each);
}

int main(int count, char** words)
{
	gCounting = count > 1 && strcmp(words[1], "count") == 0;
	int tables = count > 2 && strcmp(words[2], "tables") == 0;
	if (accelerator_initialize() != kAcceleratorOK)
		return 2;
	engine_initialize();
	if (tables)
		for (unsigned connections = 1; connections <= CONNECTIONS; connections = connections == 1 ? 16 : connections == 16 ? 64 : connections == 64 && CONNECTIONS > 64 ? CONNECTIONS : CONNECTIONS + 1)
			measureTables(connections);
	else {
		for (size_t i = 0; i < kAlgorithmsCount; i++)
			for (size_t k = 0; k < sizeof(kSizes) / sizeof(kSizes[0]); k++)
				measureAlgorithm(i, kSizes[k]);
		measureLog();
	}
	engine_clear();
	accelerator_shutdown();
	return gFailures != 0;
}
