# mcconfig's own rules for the ESP32, with a component of ours beside those of ESP-IDF, and the key that this unit's images are signed with (hosts/device/image.mjs).
OBJECTS += $(TMP_DIR)/trust.c.o

include $(MODDABLE)/tools/mcconfig/make.esp32.mk

IDF_BUILD_OPTIONS += -D EXTRA_COMPONENT_DIRS=$(KEYGATE)/hosts/esp32/components

# Headers for which the SDK's own list has no folder: those of updates, and mbedTLS 4 as ESP-IDF compiles it, of which that list has the first alone.
MBEDTLS_DIR = $(IDF_PATH)/components/mbedtls
INC_DIRS += \
	$(IDF_PATH)/components/app_update/include \
	$(MBEDTLS_DIR)/port/include \
	$(MBEDTLS_DIR)/mbedtls/library \
	$(MBEDTLS_DIR)/mbedtls/tf-psa-crypto/include \
	$(MBEDTLS_DIR)/mbedtls/tf-psa-crypto/core \
	$(MBEDTLS_DIR)/mbedtls/tf-psa-crypto/drivers/builtin/include \
	$(MBEDTLS_DIR)/mbedtls/tf-psa-crypto/drivers/builtin/src \
	$(IDF_PATH)/components/esp_hal_security/include
C_DEFINES += \
	-DKEYGATE_ONE_THREAD \
	-DMBEDTLS_MAJOR_VERSION=4 \
	-DMBEDTLS_CONFIG_FILE='"mbedtls/esp_config.h"' \
	-DTF_PSA_CRYPTO_USER_CONFIG_FILE='"mbedtls/esp_config.h"'

# Of the board's name and KEYGATE_FIRMWARE_KEY, anew each time: another key makes another file.
.PHONY: keygate-trust
keygate-trust:
	node $(KEYGATE)/hosts/device/image.mjs --trust $(TMP_DIR)/trust.c --board $(KEYGATE_BOARD)

$(TMP_DIR)/trust.c: keygate-trust ;

$(TMP_DIR)/trust.c.o: $(TMP_DIR)/trust.c
	@echo "# cc" $(<F)
	$(CC) $(C_DEFINES) $(C_INCLUDES) -I$(KEYGATE)/hosts/device $(C_FLAGS) $< -o $@
