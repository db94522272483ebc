# mcconfig's own rules for the ESP32, with a component of ours beside those of ESP-IDF.
include $(MODDABLE)/tools/mcconfig/make.esp32.mk

IDF_BUILD_OPTIONS += -D EXTRA_COMPONENT_DIRS=$(KEYGATE)/hosts/esp32/components
