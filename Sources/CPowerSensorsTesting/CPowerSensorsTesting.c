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
} spoiled[CAPACITY];

// Only for a quick look; the entries themselves are read under the lock.
static atomic_int count;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static int find(uint64_t device, uint64_t inode) {
    for (int at = 0; at < atomic_load(&count); at++) {
        if (spoiled[at].device == device && spoiled[at].inode == inode) return at;
    }
    return -1;
}

int cpowersensorstesting_spoil_reads(
    uint64_t device, uint64_t inode, int error, uint32_t length, uint32_t delay, uint32_t every) {
    int result = 0;
    pthread_mutex_lock(&lock);
    int at = find(device, inode);
    if (at < 0 && atomic_load(&count) < CAPACITY) at = atomic_load(&count);
    if (at < 0) {
        result = ENOSPC;
    } else {
        spoiled[at].device = device;
        spoiled[at].inode = inode;
        spoiled[at].error = error;
        spoiled[at].length = length;
        spoiled[at].delay = delay;
        spoiled[at].every = every > 0 ? every : 1;
        spoiled[at].reads = 0;
        if (at == atomic_load(&count)) atomic_fetch_add(&count, 1);
    }
    pthread_mutex_unlock(&lock);
    return result;
}

void cpowersensorstesting_mend_reads(uint64_t device, uint64_t inode) {
    pthread_mutex_lock(&lock);
    const int at = find(device, inode);
    if (at >= 0) {
        spoiled[at] = spoiled[atomic_load(&count) - 1];
        atomic_fetch_sub(&count, 1);
    }
    pthread_mutex_unlock(&lock);
}

static struct {
    uint64_t device, inode;
} devices[CAPACITY];
static atomic_int device_count;

static int find_device(uint64_t device, uint64_t inode) {
    for (int at = 0; at < atomic_load(&device_count); at++) {
        if (devices[at].device == device && devices[at].inode == inode) return at;
    }
    return -1;
}

int cpowersensorstesting_answer_by_register(uint64_t device, uint64_t inode) {
    int result = 0;
    pthread_mutex_lock(&lock);
    const int at = atomic_load(&device_count);
    if (at >= CAPACITY) {
        result = ENOSPC;
    } else if (find_device(device, inode) < 0) {
        devices[at].device = device;
        devices[at].inode = inode;
        atomic_fetch_add(&device_count, 1);
    }
    pthread_mutex_unlock(&lock);
    return result;
}

void cpowersensorstesting_answer_by_bytes(uint64_t device, uint64_t inode) {
    pthread_mutex_lock(&lock);
    const int at = find_device(device, inode);
    if (at >= 0) {
        devices[at] = devices[atomic_load(&device_count) - 1];
        atomic_fetch_sub(&device_count, 1);
    }
    pthread_mutex_unlock(&lock);
}

#if defined(__linux__)
/// Answers for the register that `offset` names, out of the pairs that the file holds.
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

/// Takes the place of libc's.
ssize_t pread(int descriptor, void *buffer, size_t size, off_t offset) {
    struct stat file;
    int is_device = 0;
    if ((atomic_load(&count) > 0 || atomic_load(&device_count) > 0) && fstat(descriptor, &file) == 0) {
        int error = 0;
        uint32_t delay = 0;
        pthread_mutex_lock(&lock);
        is_device = find_device((uint64_t)file.st_dev, (uint64_t)file.st_ino) >= 0;
        const int at = find((uint64_t)file.st_dev, (uint64_t)file.st_ino);
        if (at >= 0 && ++spoiled[at].reads % spoiled[at].every == 0) {
            error = spoiled[at].error;
            delay = spoiled[at].delay;
            if (error == 0 && size > spoiled[at].length) size = spoiled[at].length;
        }
        pthread_mutex_unlock(&lock);
        if (delay > 0) usleep(delay);
        if (error != 0) {
            errno = error;
            return -1;
        }
    }
#if defined(__linux__)
    if (is_device) return read_register(descriptor, buffer, size, offset);
    return syscall(SYS_pread64, descriptor, buffer, size, offset);
#else
    errno = ENOSYS;
    return -1;
#endif
}
