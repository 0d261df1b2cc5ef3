/* How the kernel is configured, by the names that programs ask for. */
#pragma once

#define CONFIG_ARCH_AARCH64                  1
#define CONFIG_ARCH_ARM                      1
#define CONFIG_WORD_SIZE                     64
#define CONFIG_PLAT_QEMU_ARM_VIRT            1
#define CONFIG_ARM_CORTEX_A53                1
#define CONFIG_NUM_PRIORITIES                256
#define CONFIG_NUM_DOMAINS                   1
#define CONFIG_MAX_NUM_NODES                 1
#define CONFIG_ROOT_CNODE_SIZE_BITS          13
#define CONFIG_RETYPE_FAN_OUT_LIMIT          256
#define CONFIG_MAX_NUM_BOOTINFO_UNTYPED_CAPS 230
#define CONFIG_TIME_SLICE                    5
#define CONFIG_TIMER_TICK_MS                 2
#define CONFIG_HAVE_FPU                      1

/* Release kernels have no debug calls: a program that wants to run there defines this beforehand. */
#ifndef SEL4_NO_DEBUG_CALLS
    #define CONFIG_DEBUG_BUILD 1
    #define CONFIG_PRINTING    1
#endif
