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
    /// The time that all of its threads have run, in nanoseconds, without the last moment; always 0 on a kernel that does not
    /// count it (CONFIG_TASK_DELAY_ACCT).
    uint64_t nanoseconds;
};

/// Asks the kernel for the records of all processes that end from now on, which takes CAP_NET_ADMIN, and the first name
/// spaces of users, of processes and of the network.
///
/// `processors` are those that there may be, as in sysfs' `possible`. Returns a descriptor, or the negated `errno`:
/// EPERM or EINVAL without the right, ENOENT if this kernel has no such records.
int cpowersensors_open_exit_records(const char *_Nonnull processors);

/// Reads up to `capacity` records that have come, without waiting for more.
///
/// Returns how many: fewer than `capacity` if there are no others. Those that are not read soon enough are lost. Returns
/// the negated `errno` if the descriptor is of no use: EPROTONOSUPPORT for a kernel whose records have an unknown form.
long cpowersensors_read_exit_records(
    int records, struct cpowersensors_exit_record *_Nonnull buffer, size_t capacity
);

#endif
