/* Text and numbers on the kernel's console. */
#pragma once

#include <sel4/sel4.h>

static inline void put(const char *text)
{
    seL4_DebugPutString(text);
}

/* Text in a field of `width` characters, from its left end. */
static inline void put_left(const char *text, int width)
{
    for (; *text; text++, width--) {
        seL4_DebugPutChar(*text);
    }
    for (; width > 0; width--) {
        seL4_DebugPutChar(' ');
    }
}

/* A number in a field of at least `width` characters, filled up with `fill` in front. */
static inline void put_digits(seL4_Word number, unsigned base, int width, char fill)
{
    char digits[64];
    int count = 0;
    do {
        digits[count++] = "0123456789abcdef"[number % base];
        number /= base;
    } while (number);
    for (; width > count; width--) {
        seL4_DebugPutChar(fill);
    }
    while (count) {
        seL4_DebugPutChar(digits[--count]);
    }
}

static inline void put_number(seL4_Word number)
{
    put_digits(number, 10, 0, ' ');
}

/* An address: all 16 digits. */
static inline void put_address(seL4_Word address)
{
    put("0x");
    put_digits(address, 16, 16, '0');
}

/* A number as people write hexadecimal ones. */
static inline void put_hex(seL4_Word number)
{
    put("0x");
    put_digits(number, 16, 0, ' ');
}
