#pragma once
#include <malloc.h>

/// Returns the allocator's unused pages to the kernel (malloc_trim(3)). Glibc's Swift module leaves this header out.
static inline void snug_trim_heap(void) {
    (void)malloc_trim(0);
}
