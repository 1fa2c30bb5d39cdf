#ifndef CPOWERSENSORS_PROCESSES_H
#define CPOWERSENSORS_PROCESSES_H

#include <stddef.h>
#include <stdint.h>

/// The fields of procfs' `PID/stat` that are used (proc_pid_stat(5)).
struct cpowersensors_process {
    /// The time that all threads of the process have run, including ended ones, in the kernel's clock ticks, usually of 10 ms:
    /// fields 14 and 15.
    uint64_t ticks;
    /// The time of all its descendants that have ended and been waited for, in ticks: fields 16 and 17.
    uint64_t descendants;
    /// When it started, in ticks since boot: field 22. Together with the number, this identifies the process.
    uint64_t start;
    /// The process that started it: field 4.
    int32_t parent;
    /// Whether it is a thread of the kernel: in field 9.
    int32_t is_kernel_thread;
    /// The kernel's name for it, field 2, terminated by 0 and cut off if necessary.
    char comm[16];
};

/// Reads a process of an open procfs.
///
/// If `kept` is a descriptor of its file, that is read. Otherwise `kept` is negative and the file is opened; with
/// `keeps` it stays open and `kept` is set. The descriptor of a process that is gone is closed.
///
/// Returns 0, a positive `errno` (ESRCH or ENOENT for a process that is gone), or a negative code as for attributes.
int cpowersensors_read_process(
    int procfs, int32_t number, int *_Nonnull kept, int keeps, struct cpowersensors_process *_Nonnull process
);

/// Lists the numbers of an open procfs' processes in the kernel's order, which is ascending.
///
/// Writes the first `capacity` of them. Returns how many there are, or the negated `errno`.
long cpowersensors_list_processes(int procfs, int32_t *_Nullable numbers, size_t capacity);

/// Makes descendants whose parents end children of this process, in place of the init process's: prctl(2), PR_SET_CHILD_SUBREAPER.
void cpowersensors_adopt_descendants(void);

#endif
