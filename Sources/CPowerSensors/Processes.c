#define _GNU_SOURCE
#include "CPowerSensors.h"

#if defined(__linux__)
#include <fcntl.h>
#include <stdio.h>
#include <sys/syscall.h>

// Skips a number of fields; NULL if the text ends before.
static const char *skip_fields(const char *at, const char *end, int count) {
    while (count > 0 && at < end) {
        if (*at == ' ') count--;
        at++;
    }
    return count == 0 && at < end ? at : NULL;
}

// Parses a decimal that is followed by a space; -1 if there is none.
static int decimal(const char **at, const char *end, uint64_t *value) {
    const char *first = *at;
    uint64_t number = 0;
    unsigned digit;
    while (*at < end && (digit = (unsigned)(unsigned char)**at - '0') <= 9) {
        if (__builtin_mul_overflow(number, (uint64_t)10, &number) ||
            __builtin_add_overflow(number, (uint64_t)digit, &number))
            return -1;
        (*at)++;
    }
    *value = number;
    return *at > first && *at < end && **at == ' ' ? 0 : -1;
}

// PF_KTHREAD of the kernel's include/linux/sched.h.
#define KERNEL_THREAD 0x00200000

// Parses the beginning of procfs' `PID/stat`. Returns 0, or a negative code as for attributes.
static int parse_process(const char *text, size_t length, struct cpowersensors_process *process) {
    if (length == 0) return CPOWERSENSORS_EMPTY;
    const char *end = text + length;
    const char *name = memchr(text, '(', length);
    const char *bracket = memrchr(text, ')', length);
    if (!name || !bracket || bracket < name) return CPOWERSENSORS_MALFORMED;
    // The name may contain spaces and brackets; it ends at the last bracket. Field 3 follows; the parent is 4, the
    // flags are 9, utime and stime are 14 and 15, starttime is 22.
    const char *at = bracket + 1;
    if (at >= end || *at != ' ') return CPOWERSENSORS_MALFORMED;
    uint64_t parent, flags, user, kernel, start;
    at = skip_fields(at + 1, end, 1);
    if (!at || decimal(&at, end, &parent)) return CPOWERSENSORS_MALFORMED;
    at = skip_fields(at + 1, end, 4);
    if (!at || decimal(&at, end, &flags)) return CPOWERSENSORS_MALFORMED;
    at = skip_fields(at + 1, end, 4);
    if (!at || decimal(&at, end, &user)) return CPOWERSENSORS_MALFORMED;
    at++;
    if (decimal(&at, end, &kernel)) return CPOWERSENSORS_MALFORMED;
    at = skip_fields(at + 1, end, 6);
    if (!at || decimal(&at, end, &start)) return CPOWERSENSORS_MALFORMED;
    // More than some centuries is implausible, and sums of such times might overflow.
    if (user >> 48 || kernel >> 48) return CPOWERSENSORS_OVERFLOW;
    process->ticks = user + kernel;
    process->start = start;
    process->parent = parent > INT32_MAX ? 0 : (int32_t)parent;
    process->is_kernel_thread = (flags & KERNEL_THREAD) != 0;
    size_t count = (size_t)(bracket - name - 1);
    if (count > sizeof process->comm - 1) count = sizeof process->comm - 1;
    memcpy(process->comm, name + 1, count);
    memset(process->comm + count, 0, sizeof process->comm - count);
    return 0;
}

// Enough for 22 fields of at most 20 digits, and a name of at most 64.
#define STAT_SIZE 640

int cpowersensors_read_process(
    int procfs, int32_t number, int *kept, int keeps, struct cpowersensors_process *process
) {
    int file = *kept;
    if (file < 0) {
        char path[32];
        snprintf(path, sizeof path, "%d/stat", number);
        file = openat(procfs, path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
        if (file < 0) return errno;
    }
    char text[STAT_SIZE];
    const ssize_t count = cpowersensors_read(file, text, sizeof text);
    const int stays = count >= 0 && (keeps || *kept >= 0);
    if (!stays) close(file);
    *kept = stays ? file : -1;
    return count < 0 ? (int)-count : parse_process(text, (size_t)count, process);
}

// A directory entry of getdents64(2).
struct entry {
    uint64_t number;
    int64_t offset;
    uint16_t length;
    uint8_t type;
    char name[];
};

long cpowersensors_list_processes(int procfs, int32_t *numbers, size_t capacity) {
    _Alignas(struct entry) char buffer[32768];
    long count = 0;
    if (lseek(procfs, 0, SEEK_SET) < 0) return -errno;
    for (;;) {
        const long bytes = syscall(SYS_getdents64, procfs, buffer, sizeof buffer);
        if (bytes < 0) return -errno;
        if (bytes == 0) return count;
        for (long at = 0; at < bytes;) {
            const struct entry *entry = (const struct entry *)(buffer + at);
            at += entry->length;
            uint64_t number = 0;
            const char *digit = entry->name;
            // Process numbers have at most seven digits (PID_MAX_LIMIT).
            while (*digit >= '0' && *digit <= '9' && digit - entry->name < 9)
                number = number * 10 + (uint64_t)(*digit++ - '0');
            if (*digit || number == 0) continue;
            if ((size_t)count < capacity && numbers) numbers[count] = (int32_t)number;
            count++;
        }
    }
}
#else
int cpowersensors_read_process(
    int procfs, int32_t number, int *kept, int keeps, struct cpowersensors_process *process
) {
    (void)procfs, (void)number, (void)kept, (void)keeps, (void)process;
    return ENOSYS;
}

long cpowersensors_list_processes(int procfs, int32_t *numbers, size_t capacity) {
    (void)procfs, (void)numbers, (void)capacity;
    return -ENOSYS;
}
#endif
