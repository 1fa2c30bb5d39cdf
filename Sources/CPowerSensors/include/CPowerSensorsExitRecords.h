#ifndef CPOWERSENSORS_EXIT_RECORDS_H
#define CPOWERSENSORS_EXIT_RECORDS_H

#include <stddef.h>
#include <stdint.h>

/// What the kernel says of a process when the last of its threads has ended (taskstats,
/// Documentation/accounting/taskstats.rst).
struct cpowersensors_exit_record {
    /// Its number.
    int32_t number;
    /// The process that waits for it.
    int32_t parent;
    /// The time that all of its threads have run, in nanoseconds.
    uint64_t nanoseconds;
};

/// Asks the kernel for the records of all processes that end from now on, which takes CAP_NET_ADMIN, and the first name
/// spaces of users and of processes.
///
/// `processors` are those that there may be, as in sysfs' `possible`. Returns a descriptor, or the negated `errno`:
/// EPERM or EINVAL without the right, ENOENT if this kernel has no such records.
int cpowersensors_open_exit_records(const char *_Nonnull processors);

/// Reads up to `capacity` records that have come, without waiting for more.
///
/// Returns how many: fewer than `capacity` if there are no others. If the kernel had to drop some, because they were
/// not read soon enough, or their form is not known, `dropped` is set. Returns the negated `errno` if the descriptor
/// is of no use any longer.
long cpowersensors_read_exit_records(
    int records, struct cpowersensors_exit_record *_Nonnull buffer, size_t capacity, int *_Nonnull dropped
);

#endif
