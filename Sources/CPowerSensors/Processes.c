#define _GNU_SOURCE
#include "CPowerSensors.h"

#if defined(__linux__)
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

// PF_KTHREAD of the kernel's include/linux/sched.h.
#define KERNEL_THREAD 0x00200000

// The fields that are used, and their numbers in proc_pid_stat(5), where the times are utime, stime, cutime and cstime.
enum { PARENT, FLAGS, USER, KERNEL, ENDED_USER, ENDED_KERNEL, START, FIELD_COUNT };
static const int field_numbers[FIELD_COUNT] = {
    [PARENT] = 4, [FLAGS] = 9, [USER] = 14, [KERNEL] = 15, [ENDED_USER] = 16, [ENDED_KERNEL] = 17, [START] = 22};

// Parses the beginning of procfs' `PID/stat`. Returns 0, or a negative code as for attributes.
static int parse_process(const char *text, size_t length, struct cpowersensors_process *process) {
    if (length == 0) return CPOWERSENSORS_EMPTY;
    const char *name = memchr(text, '(', length);
    const char *bracket = memrchr(text, ')', length);
    if (!name || !bracket || bracket < name) return CPOWERSENSORS_MALFORMED;
    // The name may contain spaces and brackets; it ends at the last bracket. Field 3 follows.
    size_t at = (size_t)(bracket + 1 - text);
    uint64_t fields[FIELD_COUNT];
    for (int field = 3, known = 0;; field++) {
        if (at >= length || text[at++] != ' ') return CPOWERSENSORS_MALFORMED;
        if (known == FIELD_COUNT) break;
        const size_t first = at;
        if (field != field_numbers[known]) {
            while (at < length && text[at] != ' ') at++;
        } else if (cpowersensors_parse_digits(text, length, &at, &fields[known++]) || at == first) {
            return CPOWERSENSORS_MALFORMED;
        }
    }
    // More than some centuries is implausible, and sums of such times might overflow.
    if ((fields[USER] | fields[KERNEL] | fields[ENDED_USER] | fields[ENDED_KERNEL]) >> 48) return CPOWERSENSORS_OVERFLOW;
    process->ticks = fields[USER] + fields[KERNEL];
    process->descendants = fields[ENDED_USER] + fields[ENDED_KERNEL];
    process->start = fields[START];
    process->parent = fields[PARENT] > INT32_MAX ? 0 : (int32_t)fields[PARENT];
    process->is_kernel_thread = (fields[FLAGS] & KERNEL_THREAD) != 0;
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

void cpowersensors_adopt_descendants(void) { prctl(PR_SET_CHILD_SUBREAPER, 1L, 0L, 0L, 0L); }

long cpowersensors_list_processes(int procfs, int32_t *numbers, size_t capacity) {
    _Alignas(struct dirent64) char buffer[32768];
    long count = 0;
    if (lseek(procfs, 0, SEEK_SET) < 0) return -errno;
    for (;;) {
        const long bytes = syscall(SYS_getdents64, procfs, buffer, sizeof buffer);
        if (bytes < 0) return -errno;
        if (bytes == 0) return count;
        for (long at = 0; at < bytes;) {
            const struct dirent64 *entry = (const struct dirent64 *)(buffer + at);
            at += entry->d_reclen;
            uint64_t number = 0;
            const char *digit = entry->d_name;
            // Process numbers have at most seven digits (PID_MAX_LIMIT).
            while (*digit >= '0' && *digit <= '9' && digit - entry->d_name < 9)
                number = number * 10 + (uint64_t)(*digit++ - '0');
            if (*digit || number == 0) continue;
            if ((size_t)count < capacity && numbers) numbers[count] = (int32_t)number;
            count++;
        }
    }
}
#endif
