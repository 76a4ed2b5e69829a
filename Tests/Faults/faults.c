#define _GNU_SOURCE
#include "faults.h"
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static struct faults *faults;

__attribute__((constructor)) static void begin(void) {
    const char *path = getenv("SNUG_FAULTS");
    int descriptor = path ? open(path, O_RDWR | O_CLOEXEC) : -1;
    if (descriptor < 0) return;
    void *memory = mmap(NULL, sizeof(*faults), PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0);
    close(descriptor);
    if (memory != MAP_FAILED) faults = memory;
}

// Whether the next call fails. A signal in place of the error ends the program before the call.
static int strikes(void) {
    if (!faults || __atomic_load_n(&faults->error, __ATOMIC_SEQ_CST) == 0) return 0;
    int left = __atomic_sub_fetch(&faults->countdown, 1, __ATOMIC_SEQ_CST);
    if (left > 0 || (left < 0 && !faults->lasts)) return 0;
    __atomic_add_fetch(&faults->hits, 1, __ATOMIC_SEQ_CST);
    if (faults->error < 0) kill(getpid(), -faults->error);
    errno = faults->error;
    return 1;
}

// Sockets and pipes are no disk.
static int strikes_file(int descriptor) {
    struct stat facts;
    if (!faults || faults->error == 0) return 0;
    return fstat(descriptor, &facts) == 0 && S_ISREG(facts.st_mode) && strikes();
}

// Declares the real call as `next`.
#define NEXT(result, name, ...)                                                                                        \
    static result (*next)(__VA_ARGS__);                                                                                \
    if (!next) next = (result(*)(__VA_ARGS__))dlsym(RTLD_NEXT, name)

ssize_t write(int descriptor, const void *bytes, size_t count) {
    NEXT(ssize_t, "write", int, const void *, size_t);
    return strikes_file(descriptor) ? -1 : next(descriptor, bytes, count);
}

ssize_t pwrite64(int descriptor, const void *bytes, size_t count, off64_t offset) {
    NEXT(ssize_t, "pwrite64", int, const void *, size_t, off64_t);
    return strikes_file(descriptor) ? -1 : next(descriptor, bytes, count, offset);
}

int ftruncate64(int descriptor, off64_t size) {
    NEXT(int, "ftruncate64", int, off64_t);
    return strikes_file(descriptor) ? -1 : next(descriptor, size);
}

int fsync(int descriptor) {
    NEXT(int, "fsync", int);
    return strikes() ? -1 : next(descriptor);
}

int fdatasync(int descriptor) {
    NEXT(int, "fdatasync", int);
    return strikes() ? -1 : next(descriptor);
}

int linkat(int from, const char *source, int to, const char *target, int flags) {
    NEXT(int, "linkat", int, const char *, int, const char *, int);
    return strikes() ? -1 : next(from, source, to, target, flags);
}

// The following are only places at which a program can be killed.
static void kill_here(void) {
    if (faults && faults->error < 0) strikes();
}

int rename(const char *source, const char *target) {
    NEXT(int, "rename", const char *, const char *);
    kill_here();
    return next(source, target);
}

int mkdir(const char *path, mode_t mode) {
    NEXT(int, "mkdir", const char *, mode_t);
    kill_here();
    return next(path, mode);
}

int unlink(const char *path) {
    NEXT(int, "unlink", const char *);
    kill_here();
    return next(path);
}

int unlinkat(int folder, const char *name, int flags) {
    NEXT(int, "unlinkat", int, const char *, int);
    kill_here();
    return next(folder, name, flags);
}

int renameat(int from, const char *source, int to, const char *target) {
    NEXT(int, "renameat", int, const char *, int, const char *);
    kill_here();
    return next(from, source, to, target);
}
