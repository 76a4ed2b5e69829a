#pragma once
#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

// Irrevocably drops rights before untrusted bytes are read: access to files with Landlock (landlock(7)), and every
// system call that decoding does not need with seccomp (seccomp(2)). The filter is made of macros, and glibc 2.36 has
// no wrappers for the calls, so both are written in C.

/// The Landlock version of the kernel; 0 when it has none or it is disabled.
static inline int snug_landlock_version(void) {
    long version = syscall(444 /* landlock_create_ruleset */, NULL, 0, 1 /* LANDLOCK_CREATE_RULESET_VERSION */);
    return version < 0 ? 0 : (int)version;
}

/// Drops all rights to open files by path, to use TCP ports, and to signal or connect to other processes, as far as
/// `version` supports them. Open descriptors remain usable. Returns -1 with errno.
static inline int snug_landlock_everything(int version) {
    // Rights by version: include/uapi/linux/landlock.h, which Debian 12 has in version 2 only.
    struct {
        uint64_t files, ports, scopes;
    } rules = {.files = (1ULL << 13) - 1};
    if (version >= 2) rules.files |= 1ULL << 13; // to move between folders
    if (version >= 3) rules.files |= 1ULL << 14; // to truncate
    if (version >= 4) rules.ports = 3;           // to bind, to connect
    if (version >= 5) rules.files |= 1ULL << 15; // to control devices
    if (version >= 6) rules.scopes = 3;          // abstract sockets, signals
    int ruleset = (int)syscall(444, &rules, sizeof(rules), 0);
    if (ruleset < 0) return -1;
    int status = (int)syscall(446 /* landlock_restrict_self */, ruleset, 0);
    int reason = errno;
    close(ruleset);
    errno = reason;
    return status;
}

#if defined(__x86_64__)
#define SNUG_AUDIT_ARCH AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define SNUG_AUDIT_ARCH AUDIT_ARCH_AARCH64
#endif

#define SNUG_LOAD(member) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, member))
#define SNUG_ANSWER(answer) BPF_STMT(BPF_RET | BPF_K, answer)
#define SNUG_REFUSE(code) SNUG_ANSWER(SECCOMP_RET_ERRNO | (code))
/// Skips the next `count` instructions unless the loaded value is `value`.
#define SNUG_UNLESS(value, count) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, 0, count)
#define SNUG_ALLOW(name) SNUG_UNLESS(__NR_##name, 1), SNUG_ANSWER(SECCOMP_RET_ALLOW)

/// Blocks every system call except those for memory, threads, time, and reading and writing open descriptors, in all
/// threads of the process. Returns -1 with errno; ENOSYS on processors that it does not support.
static inline int snug_seccomp_everything(void) {
#if defined(SNUG_AUDIT_ARCH)
    struct sock_filter program[] = {
        SNUG_LOAD(arch),
        SNUG_UNLESS(SNUG_AUDIT_ARCH, 1),
        BPF_STMT(BPF_JMP | BPF_JA, 1),
        SNUG_ANSWER(SECCOMP_RET_KILL_PROCESS),
        SNUG_LOAD(nr),
        // Memory. ORC compiles loops for each picture, so memory may become executable.
        SNUG_ALLOW(brk),
        SNUG_ALLOW(mmap),
        SNUG_ALLOW(munmap),
        SNUG_ALLOW(mremap),
        SNUG_ALLOW(mprotect),
        SNUG_ALLOW(madvise),
        // Descriptors that are open already.
        SNUG_ALLOW(read),
        SNUG_ALLOW(readv),
        SNUG_ALLOW(pread64),
        SNUG_ALLOW(write),
        SNUG_ALLOW(writev),
        SNUG_ALLOW(lseek),
        SNUG_ALLOW(close),
        SNUG_ALLOW(fstat),
        SNUG_ALLOW(recvmsg),
        SNUG_ALLOW(ppoll),
#if defined(__NR_poll)
        SNUG_ALLOW(poll),
#endif
        // Threads of this process.
        SNUG_ALLOW(futex),
        SNUG_ALLOW(set_robust_list),
        SNUG_ALLOW(rseq),
        SNUG_ALLOW(membarrier),
        SNUG_ALLOW(sched_yield),
        SNUG_ALLOW(sched_getaffinity),
        SNUG_ALLOW(gettid),
        SNUG_ALLOW(getpid),
        SNUG_ALLOW(exit),
        SNUG_ALLOW(exit_group),
        // Signals to itself, time, and facts about the machine.
        SNUG_ALLOW(rt_sigaction),
        SNUG_ALLOW(rt_sigprocmask),
        SNUG_ALLOW(rt_sigreturn),
        SNUG_ALLOW(sigaltstack),
        SNUG_ALLOW(restart_syscall),
        SNUG_ALLOW(clock_gettime),
        SNUG_ALLOW(clock_nanosleep),
        SNUG_ALLOW(nanosleep),
        SNUG_ALLOW(gettimeofday),
        SNUG_ALLOW(getrandom),
        SNUG_ALLOW(getrusage),
        SNUG_ALLOW(sysinfo),
        // A filter cannot read the flags of clone3; glibc falls back to clone where it is missing.
        SNUG_UNLESS(__NR_clone3, 1),
        SNUG_REFUSE(ENOSYS),
        // A thread, never a process: CLONE_THREAD.
        SNUG_UNLESS(__NR_clone, 4),
        SNUG_LOAD(args[0]),
        BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, 0x10000, 0, 1),
        SNUG_ANSWER(SECCOMP_RET_ALLOW),
        SNUG_REFUSE(EPERM),
        // A name for a thread.
        SNUG_UNLESS(__NR_prctl, 4),
        SNUG_LOAD(args[0]),
        SNUG_UNLESS(PR_SET_NAME, 1),
        SNUG_ANSWER(SECCOMP_RET_ALLOW),
        SNUG_REFUSE(EPERM),
        SNUG_REFUSE(EPERM),
    };
    struct sock_fprog filter = {.len = sizeof(program) / sizeof(program[0]), .filter = program};
    return (int)syscall(__NR_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, &filter);
#else
    errno = ENOSYS;
    return -1;
#endif
}
