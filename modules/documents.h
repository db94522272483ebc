/*
 * One memory for the settings' documents (settings.c) and for uploads (httpd/memory.c), which follow each other in it, and on a device lie on each other by
 * SHARED_SIZE bytes: whoever has an upload there has the second document's memory, too (workspace.ts, store.ts).
 */
#ifndef KEYGATE_DOCUMENTS_H
#define KEYGATE_DOCUMENTS_H

#include <stdint.h>
#include "limits.h"

#define kSettingsTableSize (SETTINGS_HEADER_SIZE + 2 * SETTINGS_SIZE)
#define kUploadAt (kSettingsTableSize - SHARED_SIZE)

extern uint8_t gDocuments[kUploadAt + UPLOAD_SIZE];

#endif
