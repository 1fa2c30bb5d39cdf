#ifndef CPOWERSENSORS_GROUP_WITNESS_H
#define CPOWERSENSORS_GROUP_WITNESS_H

#include <stdint.h>

/// Starts a process in this one's group that only notes which signals it gets: those that the whole group is sent. Nothing that a
/// signal says of itself tells those apart. It ends with the thread that starts it, and has no file open.
///
/// Returns the process's number, or the negated `errno`. It may be called again once the process has ended.
int32_t cpowersensors_start_group_witness(void);

/// Returns when the group was last sent a signal by a process, in nanoseconds of CLOCK_MONOTONIC; 0 for never.
int64_t cpowersensors_group_signal_time(int32_t signal);

#endif
