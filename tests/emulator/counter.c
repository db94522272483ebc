/*
 * A plugin for QEMU that counts the instructions that the guest runs, not the time for which it waits, and where they are: a file of
 *
 *      0       how many records there are, 8 bytes
 *      8       instructions that were run in all
 *     16       the same when the function at ADDRESS was entered last
 *     24       the most that were run from one entry of it to the next; whoever reads it may put 0 in its place
 *     32       records of 16 bytes: address of a block's first instruction (4 bytes), instructions in the block (4 bytes),
 *              instructions of it that were run (8 bytes)
 *
 * which whoever reads it may map while QEMU runs. A block is counted as a whole when it is entered.
 *      -plugin counter.so,to=PATH[,from=ADDRESS]
 */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* Of QEMU's interface for plugins, version 1, as far as it is needed: Debian has no header for it. */
typedef uint64_t qemu_plugin_id_t;
struct qemu_plugin_tb;
struct qemu_info;
typedef void (*Translated)(qemu_plugin_id_t id, struct qemu_plugin_tb* block);
typedef void (*Entered)(unsigned processor, void* context);
enum { kAdd64 = 0, kNoRegisters = 0 };
void qemu_plugin_register_vcpu_tb_trans_cb(qemu_plugin_id_t id, Translated callback);
void qemu_plugin_register_vcpu_tb_exec_inline(struct qemu_plugin_tb* block, int operation, void* target, uint64_t value);
void qemu_plugin_register_vcpu_tb_exec_cb(struct qemu_plugin_tb* block, Entered callback, int registers, void* context);
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb* block);
uint64_t qemu_plugin_tb_vaddr(const struct qemu_plugin_tb* block);

__attribute__((visibility("default"))) int qemu_plugin_version = 1;
__attribute__((visibility("default"))) int qemu_plugin_install(qemu_plugin_id_t id, const struct qemu_info* info, int count, char** words);

typedef struct {
	uint32_t address;
	uint32_t size;
	uint64_t run;
} Block;

/* Blocks that are translated again get a record again. The last one takes what is too many. */
#define kBlocks (1u << 20)

static struct {
	uint64_t count, run, entered, longest;
	Block blocks[kBlocks];
} *gFile;
static uint64_t gFrom;

static void entered(unsigned processor, void* context)
{
	(void)processor;
	(void)context;
	if (gFile->run - gFile->entered > gFile->longest)
		gFile->longest = gFile->run - gFile->entered;
	gFile->entered = gFile->run;
}

static void translated(qemu_plugin_id_t id, struct qemu_plugin_tb* tb)
{
	(void)id;
	uint64_t index = gFile->count < kBlocks ? gFile->count++ : kBlocks - 1;
	Block* block = &gFile->blocks[index];
	block->address = (uint32_t)qemu_plugin_tb_vaddr(tb);
	block->size = (uint32_t)qemu_plugin_tb_n_insns(tb);
	qemu_plugin_register_vcpu_tb_exec_inline(tb, kAdd64, &block->run, block->size);
	qemu_plugin_register_vcpu_tb_exec_inline(tb, kAdd64, &gFile->run, block->size);
	if (block->address == gFrom)
		qemu_plugin_register_vcpu_tb_exec_cb(tb, entered, kNoRegisters, NULL);
}

int qemu_plugin_install(qemu_plugin_id_t id, const struct qemu_info* info, int count, char** words)
{
	(void)info;
	if (count < 1 || count > 2 || strncmp(words[0], "to=", 3) != 0 || (count == 2 && strncmp(words[1], "from=", 5) != 0)) {
		fprintf(stderr, "counter: expected to=PATH,from=ADDRESS\n");
		return -1;
	}
	if (count == 2)
		gFrom = strtoull(words[1] + 5, NULL, 0);
	int file = open(words[0] + 3, O_RDWR | O_CREAT | O_TRUNC, 0600);
	if (file < 0 || ftruncate(file, sizeof *gFile) != 0) {
		perror(words[0] + 3);
		return -1;
	}
	gFile = mmap(NULL, sizeof *gFile, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
	close(file);
	if (gFile == MAP_FAILED) {
		perror(words[0] + 3);
		return -1;
	}
	qemu_plugin_register_vcpu_tb_trans_cb(id, translated);
	return 0;
}
