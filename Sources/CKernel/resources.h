#pragma once
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>

/// Kills this process when the thread that started it ends; prctl is variadic.
static inline int snug_die_with_parent(void) {
    return prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
}

/// Programs started by this process gain no privileges; prctl is variadic.
static inline int snug_gain_no_privileges(void) {
    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
}

/// Disables core dumps, also those collected by a program; prctl is variadic.
static inline int snug_forbid_dumps(void) {
    return prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
}

/// setrlimit's first parameter has an enum type of its own in glibc, which Swift cannot name portably.
static inline int snug_limit(int resource, unsigned long value) {
    struct rlimit limit = {.rlim_cur = value, .rlim_max = value};
    return setrlimit(resource, &limit);
}

static inline int snug_limit_core_size(unsigned long value) { return snug_limit(RLIMIT_CORE, value); }
static inline int snug_limit_open_files(unsigned long value) { return snug_limit(RLIMIT_NOFILE, value); }
static inline int snug_limit_file_size(unsigned long value) { return snug_limit(RLIMIT_FSIZE, value); }
static inline int snug_limit_address_space(unsigned long value) { return snug_limit(RLIMIT_AS, value); }

/// Lowers the priority of this process; the first parameter of setpriority has the same enum problem.
static inline int snug_set_nice(int value) { return setpriority(PRIO_PROCESS, 0, value); }
