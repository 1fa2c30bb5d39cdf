#ifndef CPOWERSENSORSTESTING_H
#define CPOWERSENSORSTESTING_H

#include <stdint.h>

/// Makes reads of a file fail or slow, through all its descriptors, including those that are already open.
///
/// This module defines pread(2), which replaces libc's in programs that link it; the library under test is unchanged.
///
/// - device, inode: The file.
/// - error: The errno to fail with; 0 to truncate the text instead.
/// - length: The number of bytes left of the text if `error` is 0.
/// - delay: The delay of each read in microseconds.
/// - every: 1 for every read, 3 for every third.
///
/// Returns 0, or ENOSPC if too many files have faults.
int cpowersensorstesting_inject_read_fault(
    uint64_t device, uint64_t inode, int error, uint32_t length, uint32_t delay, uint32_t every);

/// Makes reads of a file behave like those of `/dev/cpu/N/msr`: they return the register whose number is the offset.
///
/// The file holds pairs of 64-bit integers in native byte order, a register's number and its value; reads of other registers
/// fail with EIO. Unlike in a plain file, neighboring registers do not overlap.
///
/// Returns 0, or ENOSPC if there are too many such files.
int cpowersensorstesting_redirect_to_registers(uint64_t device, uint64_t inode);

/// Ends the redirection of a file's reads, or their fault.
void cpowersensorstesting_restore_reads(uint64_t device, uint64_t inode, int is_redirection);

#endif
