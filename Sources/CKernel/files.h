#pragma once
#include <sys/syscall.h>
#include <unistd.h>

/// Has the kernel begin to write a file's bytes to the disk, and does not wait (sync_file_range(2)). Glibc declares it
/// for GNU programs only, which Swift's are not.
static inline int snug_start_writing(int descriptor) {
    return (int)syscall(__NR_sync_file_range, descriptor, 0L, 0L, 2 /* SYNC_FILE_RANGE_WRITE */);
}
