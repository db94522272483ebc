/* Virtio over MMIO, version 2 (the virtio specification 1.1, sections 2.6 and 4.2): a device and its queues. */
#ifndef KEYGATE_RISCV_VIRTIO_H
#define KEYGATE_RISCV_VIRTIO_H

#include <stddef.h>
#include <stdint.h>

/* Descriptors of a queue; a power of two. */
#define kQueueSize 32

typedef struct {
	uint64_t address;
	uint32_t size;
	uint16_t flags, next;
} VirtioDescriptor;

/* Of a descriptor. */
enum { kDescriptorNext = 1, kDescriptorForDevice = 0, kDescriptorForDriver = 2 };

typedef struct {
	uint16_t flags;	/* 1: the driver wants no interrupts */
	volatile uint16_t index;
	uint16_t ring[kQueueSize];
	uint16_t event;
} VirtioAvailable;

typedef struct {
	volatile uint16_t flags;	/* 1: the device wants not to be told */
	volatile uint16_t index;
	struct {
		uint32_t id, size;
	} ring[kQueueSize];
	uint16_t event;
} VirtioUsed;

typedef struct {
	VirtioDescriptor descriptors[kQueueSize] __attribute__((aligned(16)));
	VirtioUsed used __attribute__((aligned(4)));
	VirtioAvailable available __attribute__((aligned(4)));
	uint16_t taken;	/* of what the device has used */
	uint16_t number;
	uint32_t base;
} VirtioQueue;

#define kVirtioVersion1 (1ull << 32)

/* The `nth` device of kind `kind` on the bus: its number, or -1. */
int virtio_find(uint32_t kind, unsigned nth);
/* Begins to set it up with those of `features` that it has: which, or 0 when it is of an old kind or refuses. */
uint64_t virtio_begin(uint32_t base, uint64_t features);
void virtio_add_queue(uint32_t base, VirtioQueue* queue, uint16_t number);
void virtio_ready(uint32_t base);
uint8_t virtio_config(uint32_t base, unsigned offset);
/* Why it interrupted; it is told that we know. Bit 0: a queue; bit 1: its configuration changed. */
uint32_t virtio_acknowledge(uint32_t base);

/* Hands over the chain that begins with descriptor `id`. The device is not told yet. */
void virtio_give(VirtioQueue* queue, uint16_t id);
/* Tells the device, unless it does not want to be told. */
void virtio_notify(VirtioQueue* queue);
/* Whether the device is done with a chain. */
int virtio_is_used(const VirtioQueue* queue);
/* Takes such a chain back: its first descriptor; `size` is what the device wrote. */
uint16_t virtio_take(VirtioQueue* queue, uint32_t* size);
void virtio_want_interrupts(VirtioQueue* queue, int wanted);

#endif
