# mcconfig's own rules for this platform, with what the backend of accelerator.h is linked with.
include $(MODDABLE)/tools/mcconfig/make.x-cli-lin.mk

LIBRARIES += -lcrypto
