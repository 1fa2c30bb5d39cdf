#define _GNU_SOURCE
#include "CPowerSensorsTesting.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { CAPACITY = 256 };

static struct {
    uint64_t device, inode;
    int error;
    uint32_t length, delay, every, reads;
} faults[CAPACITY];

// Atomic for a check without the lock; the entries are only read under it.
static atomic_int count;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static int find(uint64_t device, uint64_t inode) {
    for (int at = 0; at < atomic_load(&count); at++) {
        if (faults[at].device == device && faults[at].inode == inode) return at;
    }
    return -1;
}

int cpowersensorstesting_inject_read_fault(
    uint64_t device, uint64_t inode, int error, uint32_t length, uint32_t delay, uint32_t every) {
    int result = 0;
    pthread_mutex_lock(&lock);
    int at = find(device, inode);
    if (at < 0 && atomic_load(&count) < CAPACITY) at = atomic_load(&count);
    if (at < 0) {
        result = ENOSPC;
    } else {
        faults[at].device = device;
        faults[at].inode = inode;
        faults[at].error = error;
        faults[at].length = length;
        faults[at].delay = delay;
        faults[at].every = every > 0 ? every : 1;
        faults[at].reads = 0;
        if (at == atomic_load(&count)) atomic_fetch_add(&count, 1);
    }
    pthread_mutex_unlock(&lock);
    return result;
}

void cpowersensorstesting_remove_read_fault(uint64_t device, uint64_t inode) {
    pthread_mutex_lock(&lock);
    const int at = find(device, inode);
    if (at >= 0) {
        faults[at] = faults[atomic_load(&count) - 1];
        atomic_fetch_sub(&count, 1);
    }
    pthread_mutex_unlock(&lock);
}

static struct {
    uint64_t device, inode;
} redirections[CAPACITY];
static atomic_int redirection_count;

static int find_redirection(uint64_t device, uint64_t inode) {
    for (int at = 0; at < atomic_load(&redirection_count); at++) {
        if (redirections[at].device == device && redirections[at].inode == inode) return at;
    }
    return -1;
}

int cpowersensorstesting_redirect_to_registers(uint64_t device, uint64_t inode) {
    int result = 0;
    pthread_mutex_lock(&lock);
    const int at = atomic_load(&redirection_count);
    if (at >= CAPACITY) {
        result = ENOSPC;
    } else if (find_redirection(device, inode) < 0) {
        redirections[at].device = device;
        redirections[at].inode = inode;
        atomic_fetch_add(&redirection_count, 1);
    }
    pthread_mutex_unlock(&lock);
    return result;
}

void cpowersensorstesting_remove_redirection(uint64_t device, uint64_t inode) {
    pthread_mutex_lock(&lock);
    const int at = find_redirection(device, inode);
    if (at >= 0) {
        redirections[at] = redirections[atomic_load(&redirection_count) - 1];
        atomic_fetch_sub(&redirection_count, 1);
    }
    pthread_mutex_unlock(&lock);
}

#if defined(__linux__)
/// Reads the register with the number `offset` from the file's pairs.
static ssize_t read_register(int descriptor, void *buffer, size_t size, off_t offset) {
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

/// Replaces libc's.
ssize_t pread(int descriptor, void *buffer, size_t size, off_t offset) {
    struct stat file;
    int is_redirected = 0;
    if ((atomic_load(&count) > 0 || atomic_load(&redirection_count) > 0) && fstat(descriptor, &file) == 0) {
        int error = 0;
        uint32_t delay = 0;
        pthread_mutex_lock(&lock);
        is_redirected = find_redirection((uint64_t)file.st_dev, (uint64_t)file.st_ino) >= 0;
        const int at = find((uint64_t)file.st_dev, (uint64_t)file.st_ino);
        if (at >= 0 && ++faults[at].reads % faults[at].every == 0) {
            error = faults[at].error;
            delay = faults[at].delay;
            if (error == 0 && size > faults[at].length) size = faults[at].length;
        }
        pthread_mutex_unlock(&lock);
        if (delay > 0) usleep(delay);
        if (error != 0) {
            errno = error;
            return -1;
        }
    }
#if defined(__linux__)
    if (is_redirected) return read_register(descriptor, buffer, size, offset);
    return syscall(SYS_pread64, descriptor, buffer, size, offset);
#else
    errno = ENOSYS;
    return -1;
#endif
}
