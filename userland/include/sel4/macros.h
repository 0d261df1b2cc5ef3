/* What the other headers are written with: they are read as C11 and as C++. */
#pragma once

#define LIBSEL4_INLINE_FUNC static inline
#define LIBSEL4_INLINE      static inline
#define LIBSEL4_THREAD_LOCAL __thread
#define LIBSEL4_BIT(n)      (1ul << (n))

/* A conversion that is meant. */
#ifdef __cplusplus
    #define LIBSEL4_CAST(type, value) (static_cast<type>(value))
    #define LIBSEL4_NULL              nullptr
#else
    #define LIBSEL4_CAST(type, value) ((type)(value))
    #define LIBSEL4_NULL              ((void *)0)
#endif
#define seL4_Null LIBSEL4_NULL
