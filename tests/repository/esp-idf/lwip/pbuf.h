#pragma once
#include "err.h"
typedef enum { PBUF_RAW } pbuf_layer;
struct pbuf {
	struct pbuf* next;
	void* payload;
	uint16_t tot_len, len;
};
uint8_t pbuf_free(struct pbuf* packet);
uint16_t pbuf_copy_partial(const struct pbuf* packet, void* to, uint16_t length, uint16_t offset);
