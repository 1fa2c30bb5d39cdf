#define _GNU_SOURCE
#include "CPowerSensorsTesting.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

// The most changes at the same time.
enum { CAPACITY = 512 };

static struct cpowersensorstesting_change changes[CAPACITY];

// Atomic for a check without the lock; the changes are only read under it.
static atomic_int count;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static int find(uint64_t device, uint64_t inode, int is_redirection) {
    for (int at = 0; at < atomic_load(&count); at++) {
        const struct cpowersensorstesting_change *change = changes + at;
        if (change->device == device && change->inode == inode && change->is_redirection == is_redirection) return at;
    }
    return -1;
}

int cpowersensorstesting_start(struct cpowersensorstesting_change change) {
    pthread_mutex_lock(&lock);
    int at = find(change.device, change.inode, change.is_redirection);
    if (at < 0 && atomic_load(&count) < CAPACITY) at = atomic_fetch_add(&count, 1);
    if (at >= 0) changes[at] = change;
    pthread_mutex_unlock(&lock);
    return at < 0 ? ENOSPC : 0;
}

void cpowersensorstesting_end(struct cpowersensorstesting_change change) {
    pthread_mutex_lock(&lock);
    const int at = find(change.device, change.inode, change.is_redirection);
    if (at >= 0) changes[at] = changes[atomic_fetch_sub(&count, 1) - 1];
    pthread_mutex_unlock(&lock);
}

#if defined(__linux__)
/// Reads the register with the number `offset` from the file's pairs.
static ssize_t read_register(int descriptor, void *buffer, size_t size, off_t offset) {
    // Room for 64 registers.
    uint64_t pairs[2 * 64];
    const ssize_t length = syscall(SYS_pread64, descriptor, pairs, sizeof pairs, 0);
    for (ssize_t at = 0; at + 16 <= length; at += 16) {
        const uint64_t *pair = pairs + at / 8;
        if (pair[0] != (uint64_t)offset || size < 8) continue;
        memcpy(buffer, pair + 1, 8);
        return 8;
    }
    errno = EIO;
    return -1;
}
#endif

/// Replaces libc's pread(2) in programs that link this module.
ssize_t pread(int descriptor, void *buffer, size_t size, off_t offset) {
    struct stat file;
    int is_redirected = 0;
    if (atomic_load(&count) > 0 && fstat(descriptor, &file) == 0) {
        struct cpowersensorstesting_change fault = {.length = UINT32_MAX};
        pthread_mutex_lock(&lock);
        is_redirected = find((uint64_t)file.st_dev, (uint64_t)file.st_ino, 1) >= 0;
        const int at = find((uint64_t)file.st_dev, (uint64_t)file.st_ino, 0);
        if (at >= 0 && ++changes[at].reads % changes[at].every == 0) fault = changes[at];
        pthread_mutex_unlock(&lock);
        if (fault.delay > 0) usleep(fault.delay);
        if (fault.error != 0) {
            errno = fault.error;
            return -1;
        }
        if (size > fault.length) size = fault.length;
    }
#if defined(__linux__)
    if (is_redirected) return read_register(descriptor, buffer, size, offset);
    return syscall(SYS_pread64, descriptor, buffer, size, offset);
#else
    errno = ENOSYS;
    return -1;
#endif
}
