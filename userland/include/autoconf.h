/* Older programs include this by this name. */
#pragma once

#include <sel4/config.h>
