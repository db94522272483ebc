/*
 * One memory for the settings' documents (settings.c) and for uploads (httpd/memory.c), which follow each other in it, and on a device are the same: whoever
 * has an upload there has the documents' memory, too (workspace.ts, store.ts).
 */
#ifndef KEYGATE_DOCUMENTS_H
#define KEYGATE_DOCUMENTS_H

#include <stdint.h>
#include "limits.h"

#define kSettingsTableSize (SETTINGS_HEADER_SIZE + SETTINGS_MEMORY_SIZE)
#define kUploadAt (SETTINGS_MEMORY_SIZE == UPLOAD_SIZE ? SETTINGS_HEADER_SIZE : kSettingsTableSize)

extern uint8_t gDocuments[kUploadAt + UPLOAD_SIZE];

#endif
