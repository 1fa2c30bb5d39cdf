#define _GNU_SOURCE
#include "CPowerSensorsTesting.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

// The most faults and redirections at the same time.
enum { CAPACITY = 512 };

// A fault or a redirection of the reads of one file; the fields are the parameters of the functions below.
struct entry {
    uint64_t device, inode;
    int is_redirection, error;
    uint32_t length, delay, every, reads;
};

static struct entry entries[CAPACITY];

// Atomic for a check without the lock; the entries are only read under it.
static atomic_int count;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static int find(uint64_t device, uint64_t inode, int is_redirection) {
    for (int at = 0; at < atomic_load(&count); at++) {
        const struct entry *entry = entries + at;
        if (entry->device == device && entry->inode == inode && entry->is_redirection == is_redirection) return at;
    }
    return -1;
}

static int set(struct entry entry) {
    pthread_mutex_lock(&lock);
    int at = find(entry.device, entry.inode, entry.is_redirection);
    if (at < 0 && atomic_load(&count) < CAPACITY) at = atomic_fetch_add(&count, 1);
    if (at >= 0) entries[at] = entry;
    pthread_mutex_unlock(&lock);
    return at < 0 ? ENOSPC : 0;
}

int cpowersensorstesting_inject_read_fault(
    uint64_t device, uint64_t inode, int error, uint32_t length, uint32_t delay, uint32_t every) {
    return set((struct entry){
        .device = device, .inode = inode, .error = error, .length = length, .delay = delay,
        .every = every > 0 ? every : 1,
    });
}

int cpowersensorstesting_redirect_to_registers(uint64_t device, uint64_t inode) {
    return set((struct entry){.device = device, .inode = inode, .is_redirection = 1});
}

void cpowersensorstesting_restore_reads(uint64_t device, uint64_t inode, int is_redirection) {
    pthread_mutex_lock(&lock);
    const int at = find(device, inode, is_redirection);
    if (at >= 0) entries[at] = entries[atomic_fetch_sub(&count, 1) - 1];
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
        int error = 0;
        uint32_t delay = 0;
        pthread_mutex_lock(&lock);
        is_redirected = find((uint64_t)file.st_dev, (uint64_t)file.st_ino, 1) >= 0;
        const int at = find((uint64_t)file.st_dev, (uint64_t)file.st_ino, 0);
        if (at >= 0 && ++entries[at].reads % entries[at].every == 0) {
            error = entries[at].error;
            delay = entries[at].delay;
            if (error == 0 && size > entries[at].length) size = entries[at].length;
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
