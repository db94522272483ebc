#pragma once
#include "../lwip/prot/ethernet.h"
