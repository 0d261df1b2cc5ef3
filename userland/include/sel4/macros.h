/* What the other headers are written with: they are read as C11 and as C++. */
#pragma once

#define LIBSEL4_INLINE_FUNC static inline
#define LIBSEL4_INLINE      static inline
#define LIBSEL4_THREAD_LOCAL __thread
#define LIBSEL4_BIT(n)      (1ul << (n))

#define LIBSEL4_UNUSED             __attribute__((unused))
#define LIBSEL4_WEAK               __attribute__((weak))
#define LIBSEL4_NOINLINE           __attribute__((noinline))
#define LIBSEL4_WARN_UNUSED_RESULT __attribute__((warn_unused_result))
#define SEL4_PACKED                __attribute__((packed))
#define SEL4_DEPRECATED(text)      __attribute__((deprecated(text)))
#define SEL4_OFFSETOF(type, member) __builtin_offsetof(type, member)

#ifdef __cplusplus
    #define SEL4_COMPILE_ASSERT(name, condition) static_assert(condition, #name);
#else
    #define SEL4_COMPILE_ASSERT(name, condition) _Static_assert(condition, #name);
#endif

/* A conversion that is meant. */
#ifdef __cplusplus
    #define LIBSEL4_CAST(type, value) (static_cast<type>(value))
    #define LIBSEL4_NULL              nullptr
#else
    #define LIBSEL4_CAST(type, value) ((type)(value))
    #define LIBSEL4_NULL              ((void *)0)
#endif
#define seL4_Null LIBSEL4_NULL
