/* Programs that ask for this by its place in libsel4 find it here. */
#pragma once

#include <sel4/config.h>
