#pragma once
#include "opt.h"
typedef int8_t err_t;
enum { ERR_OK = 0, ERR_MEM = -1, ERR_BUF = -2, ERR_IF = -12 };
