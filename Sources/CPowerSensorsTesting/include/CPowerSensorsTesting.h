#ifndef CPOWERSENSORSTESTING_H
#define CPOWERSENSORSTESTING_H

#include <stdint.h>

/// A change of the reads of one file, through all its descriptors, including those that are already open.
///
/// This module defines pread(2), which replaces libc's in programs that link it; the library under test is unchanged.
struct cpowersensorstesting_change {
    /// The file.
    uint64_t device, inode;
    /// Whether reads behave like those of `/dev/cpu/N/msr`, instead of the fault that the other fields describe: they return
    /// the register whose number is the offset.
    ///
    /// The file holds pairs of 64-bit integers in native byte order, a register's number and its value; reads of other
    /// registers fail with EIO. Unlike in a plain file, neighboring registers do not overlap.
    int is_redirection;
    /// The errno to fail with; 0 to truncate the text instead.
    int error;
    /// The number of bytes left of the text if `error` is 0.
    uint32_t length;
    /// The delay of each read in microseconds.
    uint32_t delay;
    /// 1 for every read, 3 for every third; not 0 for a fault.
    uint32_t every;
    /// How many reads there have been; starts at 0.
    uint32_t reads;
};

/// Starts a change. A file may have a fault and a redirection; another one of the same kind is replaced.
///
/// Returns 0, or ENOSPC if too many files have changes.
int cpowersensorstesting_start(struct cpowersensorstesting_change change);

/// Ends the change of its file and kind.
void cpowersensorstesting_end(struct cpowersensorstesting_change change);

#endif
