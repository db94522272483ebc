#pragma once
#include "FreeRTOS.h"
typedef struct QueueDefinition* QueueHandle_t;
BaseType_t xQueueReceive(QueueHandle_t queue, void* to, TickType_t ticks);
