#pragma once
#include <fcntl.h>
#include <linux/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/// Starts writing the bytes of a file to the disk without waiting (sync_file_range(2)). Glibc declares it
/// for GNU programs only, which Swift's are not.
static inline int snug_start_writing(int descriptor) {
    return (int)syscall(__NR_sync_file_range, descriptor, 0L, 0L, 2 /* SYNC_FILE_RANGE_WRITE */);
}

/// Waits until everything that was written to the file system of an open file is on the disk (syncfs(2)).
static inline int snug_sync_file_system(int descriptor) {
    return (int)syscall(__NR_syncfs, descriptor);
}

/// Distinguishes a file from another one of the same name. Times are in nanoseconds since 1970, UTC.
struct snug_file_identity {
    unsigned long long inode;
    /// 0 where the file system does not store it.
    long long born_at;
    long long changed_at;
    unsigned device_major, device_minor;
    /// Files can be linked and renamed within one mount only. 0 before Linux 5.8.
    unsigned long long mount;
};

/// Identifies the file at `path` (statx(2)), which glibc declares for GNU programs only. Returns -1 with errno.
static inline int snug_identify(const char *path, struct snug_file_identity *identity) {
    struct statx facts;
    unsigned wanted = STATX_BASIC_STATS | STATX_BTIME | 0x1000 /* STATX_MNT_ID */;
    if (syscall(__NR_statx, AT_FDCWD, path, 0x100 /* AT_SYMLINK_NOFOLLOW */, wanted, &facts) != 0) return -1;
    identity->inode = facts.stx_ino;
    identity->born_at = facts.stx_mask & STATX_BTIME ? facts.stx_btime.tv_sec * 1000000000LL + facts.stx_btime.tv_nsec : 0;
    identity->changed_at = facts.stx_ctime.tv_sec * 1000000000LL + facts.stx_ctime.tv_nsec;
    identity->device_major = facts.stx_dev_major;
    identity->device_minor = facts.stx_dev_minor;
    identity->mount = facts.stx_mask & 0x1000 ? facts.stx_mnt_id : 0;
    return 0;
}
