#include "virtio.h"

#include "virt.h"

/* Registers. */
enum {
	kMagic = 0x00, kVersion = 0x04, kKind = 0x08, kFeatures = 0x10, kFeaturesHalf = 0x14, kOurFeatures = 0x20, kOurFeaturesHalf = 0x24,
	kQueue = 0x30, kQueueLongest = 0x34, kQueueLength = 0x38, kQueueReady = 0x44, kNotify = 0x50, kInterruptStatus = 0x60, kInterruptKnown = 0x64,
	kStatus = 0x70, kQueueDescriptors = 0x80, kQueueAvailable = 0x90, kQueueUsed = 0xa0, kConfiguration = 0x100
};

enum { kAcknowledged = 1, kDriver = 2, kDriverReady = 4, kFeaturesAgreed = 8 };

int virtio_find(uint32_t kind, unsigned nth)
{
	for (unsigned number = 0; number < kVirtioDevices; number++) {
		uint32_t base = kVirtio(number);
		if (read_register(base + kMagic) == 0x74726976 && read_register(base + kKind) == kind && nth-- == 0)
			return (int)number;
	}
	return -1;
}

uint64_t virtio_begin(uint32_t base, uint64_t features)
{
	uint64_t has;
	if (read_register(base + kVersion) != 2)
		return 0;
	write_register(base + kStatus, 0);
	write_register(base + kStatus, kAcknowledged | kDriver);
	write_register(base + kFeaturesHalf, 1);
	has = (uint64_t)read_register(base + kFeatures) << 32;
	write_register(base + kFeaturesHalf, 0);
	has |= read_register(base + kFeatures);
	features &= has;
	write_register(base + kOurFeaturesHalf, 1);
	write_register(base + kOurFeatures, (uint32_t)(features >> 32));
	write_register(base + kOurFeaturesHalf, 0);
	write_register(base + kOurFeatures, (uint32_t)features);
	write_register(base + kStatus, kAcknowledged | kDriver | kFeaturesAgreed);
	return read_register(base + kStatus) & kFeaturesAgreed ? features : 0;
}

void virtio_add_queue(uint32_t base, VirtioQueue* queue, uint16_t number)
{
	queue->base = base;
	queue->number = number;
	write_register(base + kQueue, number);
	write_register(base + kQueueLength, kQueueSize);
	write_register(base + kQueueDescriptors, (uint32_t)(uintptr_t)queue->descriptors);
	write_register(base + kQueueDescriptors + 4, 0);
	write_register(base + kQueueAvailable, (uint32_t)(uintptr_t)&queue->available);
	write_register(base + kQueueAvailable + 4, 0);
	write_register(base + kQueueUsed, (uint32_t)(uintptr_t)&queue->used);
	write_register(base + kQueueUsed + 4, 0);
	fence();
	write_register(base + kQueueReady, 1);
}

void virtio_ready(uint32_t base)
{
	write_register(base + kStatus, kAcknowledged | kDriver | kFeaturesAgreed | kDriverReady);
}

uint8_t virtio_config(uint32_t base, unsigned offset)
{
	return read_byte(base + kConfiguration + offset);
}

uint32_t virtio_acknowledge(uint32_t base)
{
	uint32_t reasons = read_register(base + kInterruptStatus);
	write_register(base + kInterruptKnown, reasons);
	return reasons;
}

void virtio_give(VirtioQueue* queue, uint16_t id)
{
	queue->available.ring[queue->available.index % kQueueSize] = id;
	fence();
	queue->available.index++;
}

void virtio_notify(VirtioQueue* queue)
{
	fence();
	if (!(queue->used.flags & 1))
		write_register(queue->base + kNotify, queue->number);
}

int virtio_is_used(const VirtioQueue* queue)
{
	return queue->taken != queue->used.index;
}

uint16_t virtio_take(VirtioQueue* queue, uint32_t* size)
{
	uint16_t place = queue->taken++ % kQueueSize;
	fence();
	if (size)
		*size = queue->used.ring[place].size;
	return (uint16_t)queue->used.ring[place].id;
}

void virtio_want_interrupts(VirtioQueue* queue, int wanted)
{
	queue->available.flags = wanted ? 0 : 1;
	fence();
}
