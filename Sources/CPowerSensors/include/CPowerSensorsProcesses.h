#ifndef CPOWERSENSORS_PROCESSES_H
#define CPOWERSENSORS_PROCESSES_H

#include <stddef.h>
#include <stdint.h>

/// What one line of procfs' `PID/stat` tells that is wanted (proc_pid_stat(5)).
struct cpowersensors_process {
    /// The time that all threads of the process ran, those that ended too, in ticks: fields 14 and 15.
    uint64_t ticks;
    /// When it started, in ticks since boot: field 22. With the number it is the process's own for ever.
    uint64_t start;
    /// The process that started it: field 4.
    int32_t parent;
    /// Whether it is a thread of the kernel's own: in field 9.
    int32_t is_kernel_thread;
    /// The kernel's name for it, field 2, up to a byte of 0; what does not fit is left out.
    char comm[16];
};

/// Parses the beginning of procfs' `PID/stat`. The name may hold blanks and brackets: its end is the last bracket.
///
/// Returns 0, or one of the negative codes of attributes and leaves `process` alone.
int cpowersensors_parse_process(
    const char *_Nonnull text, size_t length, struct cpowersensors_process *_Nonnull process
);

/// Reads a process of procfs, which is open as `procfs`.
///
/// Where `kept` holds a descriptor, from that; else the file is opened, and with `keeps` it stays open in `kept`, which is
/// negative otherwise. A descriptor of a process that is gone is closed.
///
/// Returns 0, a positive `errno` (ESRCH or ENOENT for a process that is gone), or a negative code of attributes.
int cpowersensors_read_process(
    int procfs, int32_t number, int *_Nonnull kept, int keeps, struct cpowersensors_process *_Nonnull process
);

/// Lists the numbers of procfs' processes from its start, in the kernel's order, which ascends.
///
/// Returns how many there are, of which the first `capacity` are written; or the negated `errno`.
long cpowersensors_list_processes(int procfs, int32_t *_Nullable numbers, size_t capacity);

#endif
