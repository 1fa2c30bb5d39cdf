#define _GNU_SOURCE
#include "CPowerSensors.h"

#include <fcntl.h>

#if defined(__linux__)
#include <linux/futex.h>
#include <linux/openat2.h>
#include <linux/perf_event.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <time.h>

int cpowersensors_open_in_root(int root, const char *path, int flags) {
    struct open_how how = {
        .flags = (uint64_t)(flags | O_CLOEXEC),
        .resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS,
    };
    long descriptor;
    int tries = 16;
    do {
        descriptor = syscall(SYS_openat2, root, path, &how, sizeof how);
        // EAGAIN: a concurrent rename; the kernel asks for another attempt (openat2(2)).
    } while (descriptor < 0 && (errno == EINTR || errno == EAGAIN) && --tries > 0);
    return descriptor < 0 ? -errno : (int)descriptor;
}

int cpowersensors_path_only_flag(void) { return O_PATH; }

long cpowersensors_descriptor_limit(void) {
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return -1;
    return limit.rlim_cur > INT32_MAX ? INT32_MAX : (long)limit.rlim_cur;
}

int cpowersensors_join(pthread_t thread, int64_t timeout_nanoseconds) {
    struct timespec until;
    // The call takes wall time. If the clock is set meanwhile, the wait becomes shorter or longer, which is harmless.
    if (clock_gettime(CLOCK_REALTIME, &until) != 0) return ETIMEDOUT;
    const int64_t nanoseconds = until.tv_nsec + timeout_nanoseconds;
    until.tv_sec += nanoseconds / 1000000000;
    until.tv_nsec = nanoseconds % 1000000000;
    return pthread_timedjoin_np(thread, NULL, &until);
}

struct cpowersensors_effort cpowersensors_thread_effort(void) {
    struct cpowersensors_effort effort = {0, 0};
    struct timespec time;
    struct rusage usage;
    if (clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time) == 0) {
        effort.nanoseconds = (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
    }
    if (getrusage(RUSAGE_THREAD, &usage) == 0) effort.waits = usage.ru_nvcsw;
    return effort;
}

void cpowersensors_name_thread(const char *name) { prctl(PR_SET_NAME, name, 0, 0, 0); }

void cpowersensors_wait(const uint32_t *word, uint32_t expected, int64_t deadline) {
    const struct timespec until = {.tv_sec = deadline / 1000000000, .tv_nsec = deadline % 1000000000};
    // Unlike FUTEX_WAIT, this takes an absolute time (futex(2)).
    syscall(SYS_futex, word, FUTEX_WAIT_BITSET_PRIVATE, expected, &until, NULL, FUTEX_BITSET_MATCH_ANY);
}

void cpowersensors_wake(uint32_t *word, int32_t threads) {
    __atomic_add_fetch(word, 1, __ATOMIC_SEQ_CST);
    syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, threads, NULL, NULL, 0);
}

int cpowersensors_open_event(struct cpowersensors_event event, int processor, int group, int pinned) {
    struct perf_event_attr attributes = {
        .pinned = group < 0 && pinned,
        .type = event.type,
        .size = sizeof attributes,
        .config = event.config,
        .config1 = event.config1,
        .config2 = event.config2,
        .read_format = PERF_FORMAT_GROUP | PERF_FORMAT_TOTAL_TIME_ENABLED | PERF_FORMAT_TOTAL_TIME_RUNNING,
    };
    const long descriptor =
        syscall(SYS_perf_event_open, &attributes, -1, processor, group, PERF_FLAG_FD_CLOEXEC);
    return descriptor < 0 ? -errno : (int)descriptor;
}

uint64_t cpowersensors_file_system(int descriptor) {
    struct statfs status;
    return fstatfs(descriptor, &status) == 0 ? (uint64_t)(uint32_t)status.f_type : 0;
}

int cpowersensors_is_mount_point(int folder) {
    // STATX_ATTR_MOUNT_ROOT, which older headers lack.
    enum { MOUNT_ROOT = 0x2000 };
    struct statx status;
    return statx(folder, "", AT_EMPTY_PATH, 0, &status) == 0 && (status.stx_attributes & MOUNT_ROOT) != 0;
}

int cpowersensors_run_on(int processor) {
    // The most processors that Linux can be built for.
    enum { PROCESSORS = 8192, BITS = 8 * sizeof(unsigned long) };
    static _Thread_local unsigned long original[PROCESSORS / BITS];
    static _Thread_local int is_known = 0;
    if (!is_known) {
        if (processor < 0) return 0;
        if (syscall(SYS_sched_getaffinity, 0, sizeof original, original) < 0) return errno;
        is_known = 1;
    }
    if (processor < 0) return sched_setaffinity(0, sizeof original, (cpu_set_t *)original) == 0 ? 0 : errno;
    const unsigned word = (unsigned)processor / BITS;
    const unsigned long bit = 1UL << (unsigned)processor % BITS;
    // Whoever excluded the program from a processor had a reason.
    if (processor >= PROCESSORS || !(original[word] & bit)) return EINVAL;
    unsigned long mask[PROCESSORS / BITS] = {0};
    mask[word] = bit;
    return sched_setaffinity(0, sizeof mask, (cpu_set_t *)mask) == 0 ? 0 : errno;
}

// An unknown number is EINVAL (prctl(2)).
int cpowersensors_may_gain_capability(int number) { return prctl(PR_CAPBSET_READ, number, 0, 0, 0); }
#endif

uint32_t cpowersensors_word(const uint32_t *word) { return __atomic_load_n(word, __ATOMIC_SEQ_CST); }
