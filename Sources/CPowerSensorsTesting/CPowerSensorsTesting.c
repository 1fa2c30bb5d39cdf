#define _GNU_SOURCE
#include "CPowerSensorsTesting.h"

#include <errno.h>
#include <stdatomic.h>
#include <sys/syscall.h>
#include <unistd.h>

static _Atomic(cpowersensorstesting_read) answer = cpowersensorstesting_kernel_read;

void cpowersensorstesting_answer_reads(cpowersensorstesting_read read) { atomic_store(&answer, read); }

ssize_t cpowersensorstesting_kernel_read(int descriptor, void *buffer, size_t size, off_t offset) {
#if defined(__linux__)
    const ssize_t count = syscall(SYS_pread64, descriptor, buffer, size, offset);
    return count < 0 ? -(ssize_t)errno : count;
#else
    return -ENOSYS;
#endif
}

/// Replaces libc's pread(2) in programs that link this module.
ssize_t pread(int descriptor, void *buffer, size_t size, off_t offset) {
    const ssize_t count = atomic_load(&answer)(descriptor, buffer, size, offset);
    if (count >= 0) return count;
    errno = (int)-count;
    return -1;
}
