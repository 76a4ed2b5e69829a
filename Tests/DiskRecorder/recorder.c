#define _GNU_SOURCE
#include "recorder.h"
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

static int record_file = -1;
static dev_t device;
// Held over each change and its record, so that both have the same order.
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
// By the last bits of the inode: files without a name to which this process has written nothing. The media worker, which
// is not recorded, may have.
static unsigned char is_filled_elsewhere[1 << 16];

__attribute__((constructor)) static void begin(void) {
    const char *path = getenv("DISK_RECORD");
    struct stat facts;
    if (!path) return;
    int descriptor = (int)syscall(SYS_openat, AT_FDCWD, path, O_WRONLY | O_APPEND | O_CLOEXEC, 0);
    if (descriptor < 0 || fstat(descriptor, &facts) != 0) return;
    device = facts.st_dev;
    record_file = descriptor;
}

static void append(struct record record, const char *path, const char *other, const void *bytes) {
    record.path_length = path ? (uint32_t)strlen(path) : 0;
    record.other_length = other ? (uint32_t)strlen(other) : 0;
    struct iovec parts[] = {
        {&record, sizeof(record)},
        {(void *)path, record.path_length},
        {(void *)other, record.other_length},
        {(void *)bytes, record.byte_count},
    };
    // A record that is cut short would make the run worthless.
    size_t length = sizeof(record) + record.path_length + record.other_length + record.byte_count;
    if (syscall(SYS_writev, record_file, parts, 4) != (long)length) abort();
}

static int is_recorded(int descriptor, struct stat *facts) {
    return record_file >= 0 && fstat(descriptor, facts) == 0 && facts->st_dev == device;
}

// The absolute path of a name in a folder.
static const char *absolute(int folder, const char *name, char *path) {
    if (name[0] == '/') return name;
    char link[64], base[PATH_MAX / 2];
    if (folder == AT_FDCWD) snprintf(link, sizeof(link), "/proc/self/cwd");
    else snprintf(link, sizeof(link), "/proc/self/fd/%d", folder);
    ssize_t length = readlink(link, base, sizeof(base) - 1);
    base[length < 0 ? 0 : length] = 0;
    snprintf(path, PATH_MAX, "%s/%.*s", base, PATH_MAX / 2 - 2, name);
    return path;
}

static int recorded_open(int folder, const char *name, int flags, mode_t mode) {
    struct stat facts;
    char path[PATH_MAX];
    if (record_file < 0 || !(flags & (O_CREAT | O_TRUNC | (O_TMPFILE & ~O_DIRECTORY))))
        return (int)syscall(SYS_openat, folder, name, flags, mode);
    pthread_mutex_lock(&lock);
    int is_unnamed = (flags & O_TMPFILE) == O_TMPFILE;
    int is_new = is_unnamed || faccessat(folder, name, F_OK, 0) != 0;
    int descriptor = (int)syscall(SYS_openat, folder, name, flags, mode);
    int error = errno;
    if (descriptor >= 0 && is_recorded(descriptor, &facts) && S_ISREG(facts.st_mode)) {
        struct record record = {.kind = is_new ? RECORD_CREATE : RECORD_TRUNCATE, .inode = facts.st_ino};
        if (is_new) is_filled_elsewhere[(uint16_t)facts.st_ino] = (unsigned char)is_unnamed;
        if (is_new) append(record, is_unnamed ? NULL : absolute(folder, name, path), NULL, NULL);
        else if (flags & O_TRUNC) append(record, NULL, NULL, NULL);
    }
    pthread_mutex_unlock(&lock);
    errno = error;
    return descriptor;
}

#define MODE(flags)                                                                                                    \
    va_list rest;                                                                                                      \
    va_start(rest, flags);                                                                                             \
    mode_t mode = (flags & (O_CREAT | O_TMPFILE)) ? va_arg(rest, mode_t) : 0;                                          \
    va_end(rest)

int open(const char *name, int flags, ...) {
    MODE(flags);
    return recorded_open(AT_FDCWD, name, flags, mode);
}

int open64(const char *name, int flags, ...) {
    MODE(flags);
    return recorded_open(AT_FDCWD, name, flags, mode);
}

int openat(int folder, const char *name, int flags, ...) {
    MODE(flags);
    return recorded_open(folder, name, flags, mode);
}

int openat64(int folder, const char *name, int flags, ...) {
    MODE(flags);
    return recorded_open(folder, name, flags, mode);
}

int creat64(const char *name, mode_t mode) {
    return recorded_open(AT_FDCWD, name, O_CREAT | O_WRONLY | O_TRUNC, mode);
}

static ssize_t recorded_write(int descriptor, const void *bytes, size_t count, int64_t offset) {
    struct stat facts;
    int is_file = is_recorded(descriptor, &facts) && S_ISREG(facts.st_mode);
    if (is_file) pthread_mutex_lock(&lock);
    ssize_t written = offset < 0 ? syscall(SYS_write, descriptor, bytes, count)
                                 : syscall(SYS_pwrite64, descriptor, bytes, count, offset);
    if (!is_file) return written;
    int error = errno;
    if (written > 0) {
        int64_t start = offset < 0 ? lseek64(descriptor, 0, SEEK_CUR) - written : offset;
        struct record record = {
            .kind = RECORD_WRITE, .inode = facts.st_ino, .offset = (uint64_t)start, .byte_count = (uint32_t)written};
        append(record, NULL, NULL, bytes);
        is_filled_elsewhere[(uint16_t)facts.st_ino] = 0;
    }
    pthread_mutex_unlock(&lock);
    errno = error;
    return written;
}

ssize_t write(int descriptor, const void *bytes, size_t count) { return recorded_write(descriptor, bytes, count, -1); }

ssize_t pwrite64(int descriptor, const void *bytes, size_t count, off64_t offset) {
    return recorded_write(descriptor, bytes, count, offset);
}

ssize_t pwrite(int descriptor, const void *bytes, size_t count, off_t offset) {
    return recorded_write(descriptor, bytes, count, offset);
}

static int recorded_truncate(int descriptor, off64_t length) {
    struct stat facts;
    pthread_mutex_lock(&lock);
    int result = (int)syscall(SYS_ftruncate, descriptor, length);
    int error = errno;
    if (result == 0 && is_recorded(descriptor, &facts)) {
        struct record record = {.kind = RECORD_TRUNCATE, .inode = facts.st_ino, .offset = (uint64_t)length};
        append(record, NULL, NULL, NULL);
    }
    pthread_mutex_unlock(&lock);
    errno = error;
    return result;
}

int ftruncate(int descriptor, off_t length) { return recorded_truncate(descriptor, length); }

int ftruncate64(int descriptor, off64_t length) { return recorded_truncate(descriptor, length); }

// Records the contents too where another process has written them.
static void append_sync(int descriptor, const struct stat *facts) {
    struct record record = {.kind = RECORD_SYNC, .inode = facts->st_ino};
    size_t size = is_filled_elsewhere[(uint16_t)facts->st_ino] ? (size_t)facts->st_size : 0;
    char path[64];
    snprintf(path, sizeof(path), "/proc/self/fd/%d", descriptor);
    void *bytes = size ? malloc(size) : NULL;
    int reader = bytes ? (int)syscall(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC, 0) : -1;
    ssize_t count = reader >= 0 ? syscall(SYS_pread64, reader, bytes, size, 0) : 0;
    if (reader >= 0) close(reader);
    record.byte_count = count > 0 ? (uint32_t)count : 0;
    append(record, NULL, NULL, bytes);
    free(bytes);
}

static int recorded_sync(int descriptor, long call) {
    struct stat facts;
    char link[64], path[PATH_MAX];
    if (!is_recorded(descriptor, &facts)) return (int)syscall(call, descriptor);
    pthread_mutex_lock(&lock);
    int result = (int)syscall(call, descriptor);
    int error = errno;
    if (result == 0 && S_ISREG(facts.st_mode) && fstat(descriptor, &facts) == 0) append_sync(descriptor, &facts);
    if (result == 0 && S_ISDIR(facts.st_mode)) {
        snprintf(link, sizeof(link), "/proc/self/fd/%d", descriptor);
        ssize_t length = readlink(link, path, sizeof(path) - 1);
        path[length < 0 ? 0 : length] = 0;
        struct record record = {.kind = RECORD_SYNC_FOLDER};
        append(record, path, NULL, NULL);
    }
    pthread_mutex_unlock(&lock);
    errno = error;
    return result;
}

int fsync(int descriptor) { return recorded_sync(descriptor, SYS_fsync); }

int fdatasync(int descriptor) { return recorded_sync(descriptor, SYS_fdatasync); }

static int is_recorded_path(int folder, const char *name, struct stat *facts) {
    return record_file >= 0 && fstatat(folder, name, facts, AT_SYMLINK_NOFOLLOW) == 0 && facts->st_dev == device;
}

static int recorded_link(int from, const char *source, int to, const char *target, int flags) {
    struct stat facts;
    char path[PATH_MAX];
    pthread_mutex_lock(&lock);
    int result = (int)syscall(SYS_linkat, from, source, to, target, flags);
    int error = errno;
    if (result == 0 && is_recorded_path(to, target, &facts)) {
        struct record record = {.kind = RECORD_LINK, .inode = facts.st_ino};
        append(record, absolute(to, target, path), NULL, NULL);
    }
    pthread_mutex_unlock(&lock);
    errno = error;
    return result;
}

int linkat(int from, const char *source, int to, const char *target, int flags) {
    return recorded_link(from, source, to, target, flags);
}

int link(const char *source, const char *target) { return recorded_link(AT_FDCWD, source, AT_FDCWD, target, 0); }

static int recorded_rename(int from, const char *old, int to, const char *new, unsigned flags) {
    struct stat facts;
    char path[PATH_MAX], other[PATH_MAX];
    pthread_mutex_lock(&lock);
    int result = (int)syscall(SYS_renameat2, from, old, to, new, flags);
    int error = errno;
    if (result == 0 && is_recorded_path(to, new, &facts)) {
        struct record record = {.kind = RECORD_RENAME, .inode = facts.st_ino};
        append(record, absolute(from, old, path), absolute(to, new, other), NULL);
    }
    pthread_mutex_unlock(&lock);
    errno = error;
    return result;
}

int rename(const char *old, const char *new) { return recorded_rename(AT_FDCWD, old, AT_FDCWD, new, 0); }

int renameat(int from, const char *old, int to, const char *new) { return recorded_rename(from, old, to, new, 0); }

int renameat2(int from, const char *old, int to, const char *new, unsigned flags) {
    return recorded_rename(from, old, to, new, flags);
}

static int recorded_remove(int folder, const char *name, int flags) {
    struct stat facts;
    char path[PATH_MAX];
    pthread_mutex_lock(&lock);
    int is_ours = is_recorded_path(folder, name, &facts);
    int result = (int)syscall(SYS_unlinkat, folder, name, flags);
    int error = errno;
    if (result == 0 && is_ours) {
        struct record record = {.kind = RECORD_REMOVE, .inode = facts.st_ino};
        append(record, absolute(folder, name, path), NULL, NULL);
    }
    pthread_mutex_unlock(&lock);
    errno = error;
    return result;
}

int unlink(const char *name) { return recorded_remove(AT_FDCWD, name, 0); }

int unlinkat(int folder, const char *name, int flags) { return recorded_remove(folder, name, flags); }

int rmdir(const char *name) { return recorded_remove(AT_FDCWD, name, AT_REMOVEDIR); }

static int recorded_make_folder(int folder, const char *name, mode_t mode) {
    struct stat facts;
    char path[PATH_MAX];
    pthread_mutex_lock(&lock);
    int result = (int)syscall(SYS_mkdirat, folder, name, mode);
    int error = errno;
    if (result == 0 && is_recorded_path(folder, name, &facts)) {
        struct record record = {.kind = RECORD_MAKE_FOLDER, .inode = facts.st_ino};
        append(record, absolute(folder, name, path), NULL, NULL);
    }
    pthread_mutex_unlock(&lock);
    errno = error;
    return result;
}

int mkdir(const char *name, mode_t mode) { return recorded_make_folder(AT_FDCWD, name, mode); }

int mkdirat(int folder, const char *name, mode_t mode) { return recorded_make_folder(folder, name, mode); }
