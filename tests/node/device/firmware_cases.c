/* Slots, images and updates on a chip that loses its power: hosts/riscv/slots.c, firmware.c and boot/load.c, hosts/device/image.c and update.c. Arguments: see firmware.test.ts. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "chip.h"
#include "firmware.h"
#include "handover.h"
#include "image.h"
#include "layout.h"
#include "load.h"
#include "slots.h"
#include "update.h"

static int gFailed;

static void check(const char* name, int ok)
{
	printf("%sok %s\n", ok ? "" : "not ", name);
	gFailed |= !ok;
}

typedef struct {
	uint8_t bytes[kChipSlot + 4096];
	uint32_t size;
} File;

static File gOld, gNew, gForged, gOther, gDamaged, gOldest, gLong, gDeflated, gTorn, gMore, gLess, gWhole;

/* The same signatures are asked for thousands of times: what was found good is (linked with --wrap). */
ImageFault __real_image_verify(const uint8_t header[kImageHeaderSize]);
ImageFault __wrap_image_verify(const uint8_t header[kImageHeaderSize]);
ImageFault __wrap_image_verify(const uint8_t header[kImageHeaderSize])
{
	static uint8_t good[4][kImageHeaderSize];
	static unsigned next;
	for (unsigned i = 0; i < 4; i++) {
		if (memcmp(good[i], header, kImageHeaderSize) == 0)
			return kImageGood;
	}
	ImageFault fault = __real_image_verify(header);
	if (fault == kImageGood)
		memcpy(good[next++ % 4], header, kImageHeaderSize);
	return fault;
}

static void load(File* file, const char* path)
{
	FILE* stream = fopen(path, "rb");
	if (stream == NULL) {
		perror(path);
		exit(2);
	}
	file->size = (uint32_t)fread(file->bytes, 1, sizeof file->bytes, stream);
	fclose(stream);
}

/* As the loader does it. */
static int verify(unsigned slot)
{
	Image image;
	ImageHash hash;
	uint8_t digest[32];
	const uint8_t* bytes = gChip.firmware[slot];
	if (image_read(bytes, kChipSlot, &image) != kImageGood || image_verify(bytes) != kImageGood)
		return 0;
	image_hash_begin(&hash);
	image_hash_add(&hash, bytes + kImageHeaderSize, image.length);
	image_hash_end(&hash, digest);
	return memcmp(digest, image.digest, 32) == 0;
}

/* A start: the slot, or -1. */
static int start(void)
{
	int slot = slots_choose(verify);
	firmware_handover(slot < 0 ? 0 : (uint32_t)slot, slot < 0 ? 0 : BOOT_HANDOVER);
	return slot;
}

static void with_old(void)
{
	chip_new();
	memcpy(gChip.firmware[0], gOld.bytes, gOld.size);
}

static UpdateFault send(const File* file, uint32_t size, uint32_t piece, const char* version)
{
	UpdateFault fault = update_begin(version);
	for (uint32_t at = 0; at < size && fault == kUpdateGood; at += piece)
		fault = update_write(file->bytes + at, size - at < piece ? size - at : piece);
	return fault == kUpdateGood ? update_end() : fault;
}

static FirmwareStatus status_now(void)
{
	FirmwareStatus status;
	firmware_status(&status);
	return status;
}

static void first(void)
{
	with_old();
	check("an erased state starts slot 0, confirmed", start() == 0 && status_now().isConfirmed && status_now().next == -1);
	chip_new();
	check("nothing in either slot: nothing is started", start() == -1);
	memcpy(gChip.firmware[1], gNew.bytes, gNew.size);
	check("what is only in slot 1 is started", start() == 1);
	FirmwareStatus status = status_now();
	check("and slot 0 is told to be bad", status.isConfirmed && status.outcome == kFirmwareBad && status.about == 0);
	firmware_handover(7, 0);
	check("without a loader there is no update", status_now().running == -1 && update_begin("1.0.0") == kUpdateNoLoader);
	char version[kImageVersionSize + 1];
	check("the version of a slot", firmware_version(1, version) == 0 && strcmp(version, "1.1.0") == 0 && firmware_version(0, version) < 0);
}

static void good(void)
{
	with_old();
	start();
	check("an update is taken", send(&gNew, gNew.size, 100, "1.0.0") == kUpdateGood && strcmp(update_version(), "1.1.0") == 0);
	check("and marked", status_now().next == 1 && status_now().isConfirmed);
	check("it is tried", start() == 1 && !status_now().isConfirmed && status_now().next == -1);
	check("another one has to wait until it is confirmed", send(&gNew, gNew.size, 100, "1.1.0") == kUpdateUnconfirmed);
	check("confirmed", firmware_confirm() == 0 && status_now().isConfirmed && status_now().outcome == kFirmwareHealthy && status_now().about == 1);
	long changed = gChanged;
	check("which is written once", firmware_confirm() == 0 && gChanged == changed);
	check("from then on it is started", start() == 1 && start() == 1);
	check("the next one goes to the other slot", send(&gNew, gNew.size, 4096, "1.1.0") == kUpdateGood && start() == 0 && firmware_confirm() == 0);
}

static void unhealthy(void)
{
	with_old();
	start();
	send(&gNew, gNew.size, 1000, "1.0.0");
	check("what is not confirmed is tried once", start() == 1 && start() == 0 && start() == 0);
	FirmwareStatus status = status_now();
	check("and told", status.isConfirmed && status.outcome == kFirmwareUnhealthy && status.about == 1 && status.next == -1);
	send(&gNew, gNew.size, 1000, "1.0.0");
	gChip.firmware[1][3000] ^= 1;
	check("marked and damaged since: not tried", start() == 0 && status_now().outcome == kFirmwareBad && status_now().about == 1);
	send(&gNew, gNew.size, 1000, "1.0.0");
	check("marked, then another begins: not tried before that one is whole", send(&gNew, 3000, 1000, "1.0.0") == kUpdateShort && status_now().next == -1 && start() == 0);
}

static void refused(void)
{
	static const struct {
		const char* name;
		const File* file;
		uint32_t size;
		UpdateFault fault;
		int isUntouched;
	} cases[] = {
		{ "nothing", &gNew, 0, kUpdateNone, 1 },
		{ "three bytes", &gNew, 3, kUpdateShort, 1 },
		{ "half a header", &gNew, 100, kUpdateShort, 1 },
		{ "a byte less", &gNew, 0xffffffff, kUpdateShort, 0 },
		{ "signed by another key", &gForged, 0, kUpdateSignature, 1 },
		{ "for another board", &gOther, 0, kUpdateBoard, 1 },
		{ "damaged", &gDamaged, 0, kUpdateDigest, 0 },
		{ "older", &gOldest, 0, kUpdateOlder, 1 },
		{ "longer than a slot", &gLong, 0, kUpdateLength, 1 },
	};
	for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++) {
		char name[100];
		with_old();
		start();
		uint32_t size = cases[i].size == 0xffffffff ? cases[i].file->size - 1 : i > 0 && cases[i].size == 0 ? cases[i].file->size : cases[i].size;
		UpdateFault fault = send(cases[i].file, size, 333, "1.0.0");
		int isUntouched = gChip.firmware[1][0] == 0xff;
		snprintf(name, sizeof name, "refused: %s", cases[i].name);
		if (fault != cases[i].fault)
			printf("# fault %d, expected %d\n", fault, cases[i].fault);
		check(name, fault == cases[i].fault && isUntouched == cases[i].isUntouched && status_now().next == -1 && start() == 0);
		snprintf(name, sizeof name, "refused: %s, and every later piece of it", cases[i].name);
		check(name, update_write(gNew.bytes, 100) == fault && update_end() == fault);
	}
	with_old();
	start();
	uint8_t noise[5000];
	memset(noise, 'x', sizeof noise);
	update_begin("1.0.0");
	check("refused: something else", update_write(noise, sizeof noise) == kUpdateNone && update_end() == kUpdateNone);
	update_begin("1.0.0");
	update_write(gNew.bytes, gNew.size);
	check("refused: more behind it", update_write(noise, 1) == kUpdateLong && update_end() == kUpdateLong && status_now().next == -1);
	check("an older one is taken when that is asked for", send(&gOldest, gOldest.size, 500, "") == kUpdateGood && start() == 1);
	with_old();
	start();
	for (int i = 0; i < 128; i++) {
		File changed = gNew;
		changed.bytes[i] ^= 1;
		if (send(&changed, changed.size, 4096, "1.0.0") == kUpdateGood) {
			check("any bit of what is signed", 0);
			return;
		}
	}
	check("any byte of the header that is another: refused", status_now().next == -1);
}

/* Confirms again and again until the records have gone round the region of the state several times. */
static void records(void)
{
	with_old();
	memcpy(gChip.firmware[1], gNew.bytes, gNew.size);
	int ok = 1;
	for (int i = 0; i < 700; i++) {
		SlotState state, found;
		slots_read(&state);
		state.confirmed = (uint8_t)(i & 1);
		ok &= slots_write(&state) == 0;
		slots_read(&found);
		ok &= found.confirmed == (i & 1) && found.sequence == (uint32_t)i + 1;
	}
	check("700 records one after the other", ok);
	gChip.worn = 0;
	SlotState state;
	slots_read(&state);
	uint32_t last = state.sequence;
	int refused = 0;
	for (int i = 0; i < 300; i++)
		refused += slots_write(&state) < 0;
	slots_read(&state);
	check("a sector that cannot be erased: the records end, the last one stays", refused > 0 && state.sequence > last && start() == state.confirmed);
	check("an update says so", send(&gNew, gNew.size, 4096, "1.0.0") == kUpdateFlash);
	gChip.isProtected = 1;
	check("a chip that takes nothing still starts", start() == state.confirmed);
	with_old();
	start();
	send(&gNew, gNew.size, 4096, "1.0.0");
	gChip.isProtected = 1;
	check("what cannot be written down as tried is not tried", start() == 0);
	with_old();
	memset(gChip.state, 0, 31);
	memset(gChip.state + 100, 0, 5);
	slots_read(&state);
	state.confirmed = 1;
	check("places with something else are passed over", slots_write(&state) == 0 && (slots_read(&state), state.confirmed == 1));
	/* found by tests/fuzz/firmware.c: what was written behind it was never seen, and an update was good that nobody tried */
	static const uint8_t final[32] = { 'k', 'g', 's', 't', 0xff, 0xff, 0xff, 0xff, 0, kNoSlot, 0, 0, kNoSlot, [28] = 0xfd, 0xfd, 0xf2, 0x53 };
	with_old();
	memcpy(gChip.state, final, sizeof final);
	start();
	check("behind a record with the last number there is none: an update says so", send(&gNew, gNew.size, 4096, "1.0.0") == kUpdateFlash && start() == 0);
}

/* An update and what follows it, up to where the power is cut. `gReached`: what was done by then. */
static int gReached, gTries;

static void life(int heals)
{
	gReached = 0;
	start();
	send(&gNew, gNew.size, 1024, "1.0.0");
	gReached = 1;
	gTries = 0;
	if (start() == 1) {
		gTries = 1;
		if (heals) {
			firmware_confirm();
			gReached = 2;
		}
	}
	start();
	gReached = 3;
}

/* Starts slot 1 is given until something is decided: after a cut it must not be tried twice, and what was confirmed stays. */
static int survives(int heals)
{
	FirmwareStatus status;
	int slot = start();
	if (slot < 0)
		return 0;
	status = status_now();
	if (!status.isConfirmed && gTries && !heals)
		return 0;
	if (gReached >= 2 && heals && slot != 1)
		return 0;
	if (slot == 1 && heals && firmware_confirm() < 0)
		return 0;
	slot = start();
	status = status_now();
	/* and the next update goes through */
	return slot >= 0 && status.isConfirmed && send(&gNew, gNew.size, 4096, "1.0.0") == kUpdateGood && start() == 1 - slot && firmware_confirm() == 0 && start() == 1 - slot;
}

static void cuts(int heals, int full)
{
	char name[160];
	volatile long cut, bad = 0, total;
	static Chip before;
	with_old();
	if (full) {
		/* the first half of the state is full but for one record: the records go over to the other one meanwhile */
		SlotState state;
		slots_read(&state);
		for (unsigned i = 0; i < STATE_HALF / 32 - 1; i++)
			slots_write(&state);
	}
	before = gChip;
	for (cut = 0; ; cut++) {
		gChip = before;
		gTries = 0;
		gPower = cut;
		if (setjmp(gCut) == 0) {
			life(heals);
			gPower = -1;
			total = cut;
			break;
		}
		if (!survives(heals)) {
			if (bad++ < 3)
				printf("# cut %ld after step %d\n", cut, gReached);
		}
	}
	snprintf(name, sizeof name, "power cut at %ld places of an update that %s%s: a gateway starts, is tried once, and can be updated", total,
		heals ? "comes up healthy" : "does not come up", full ? ", with a full half of the state" : "");
	check(name, bad == 0 && total > 100);
}

/* What the loader makes of an image, with `room` bytes where it runs. */
static ImageFault load_from(const File* file, uint8_t* memory, uint32_t room)
{
	Image image;
	const Execution execution = { EXECUTION_BASE, room, memory };
	chip_new();
	memcpy(gChip.firmware[0], file->bytes, file->size);
	return load_image(0, &execution, &image);
}

static void deflated(void)
{
	static uint8_t memory[2 * sizeof gWhole.bytes] __attribute__((aligned(4)));
	/* each begins at a multiple of four bytes */
	uint32_t least = ((gWhole.size + 3) & ~3u) + ((gDeflated.size - kImageHeaderSize + 3) & ~3u);
	memset(memory, 0, sizeof memory);
	check("a deflated image is inflated to where it runs", load_from(&gDeflated, memory, sizeof memory) == kImageGood && memcmp(memory, gWhole.bytes, gWhole.size) == 0);
	check("it has room beside what becomes of it, or is not inflated", load_from(&gDeflated, memory, least) == kImageGood && memcmp(memory, gWhole.bytes, gWhole.size) == 0
		&& load_from(&gDeflated, memory, least - 8) == kImageLength && load_from(&gDeflated, memory, 4000) == kImageLength);
	check("one that is not what was signed is not inflated", load_from(&gTorn, memory, sizeof memory) == kImageDigest);
	check("one that becomes more or less than its header says is not whole", load_from(&gMore, memory, sizeof memory) == kImageDigest && load_from(&gLess, memory, sizeof memory) == kImageDigest);
	check("one that runs as it is is copied", load_from(&gNew, memory, sizeof memory) == kImageGood && memcmp(memory, gNew.bytes + kImageHeaderSize, gNew.size - kImageHeaderSize) == 0);
}

int main(int argc, char** argv)
{
	File* const files[] = { &gOld, &gNew, &gForged, &gOther, &gDamaged, &gOldest, &gLong, &gDeflated, &gTorn, &gMore, &gLess, &gWhole };
	if (argc != 1 + (int)(sizeof files / sizeof *files))
		return 2;
	for (int i = 1; i < argc; i++)
		load(files[i - 1], argv[i]);
	check("versions", image_compare_versions("1.2.0", "1.10.0") < 0 && image_compare_versions("1.2", "1.2.0") == 0 && image_compare_versions("2.0.0-rc1", "2.0.0") == 0
		&& image_compare_versions("0.1.1", "0.1.0") > 0 && image_compare_versions("99999999999.1", "1") > 0);
	first();
	good();
	unhealthy();
	refused();
	deflated();
	records();
	cuts(1, 0);
	cuts(0, 0);
	cuts(1, 1);
	cuts(0, 1);
	return gFailed;
}
