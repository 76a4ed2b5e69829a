#pragma once
#include <malloc.h>

/// Gives the allocator's unused pages back to the kernel (malloc_trim(3)). Glibc's Swift module leaves this header out.
static inline void snug_give_memory_back(void) {
    (void)malloc_trim(0);
}
