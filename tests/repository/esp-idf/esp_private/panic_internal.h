#pragma once
typedef struct {
	int core;
	int exception;
	const char* reason;
	const char* description;
	void (*details)(const void* frame);
	void (*state)(const void* frame);
	const void* addr;
	const void* frame;
	_Bool pseudo_excause;
} panic_info_t;
