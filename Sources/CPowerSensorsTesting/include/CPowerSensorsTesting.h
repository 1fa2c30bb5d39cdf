#ifndef CPOWERSENSORSTESTING_H
#define CPOWERSENSORSTESTING_H

#include <stdint.h>

/// Lets reads of a file fail, as a driver's do: through every descriptor of it, also those that are open already.
///
/// It works by this module's own pread(2), which takes the place of libc's in programs that link it: the library
/// under test is not changed, and pays nothing.
///
/// - device, inode: The file.
/// - error: The errno to fail with; 0 to cut the text short instead.
/// - length: How many bytes are left of the text where `error` is 0.
/// - delay: How many microseconds each read takes.
/// - every: 1 for each read, 3 for each third one.
///
/// Returns 0, or ENOSPC where too many files fail at once.
int cpowersensorstesting_spoil_reads(
    uint64_t device, uint64_t inode, int error, uint32_t length, uint32_t delay, uint32_t every);

/// Lets reads of a file be answered as those of `/dev/cpu/N/msr`: by the register whose number is the offset.
///
/// The file then holds pairs of 64 bits in the machine's order, a register's number and its value; of a register that is
/// not among them reads fail with EIO. No two registers overlap, as they would in a plain file.
///
/// Returns 0, or ENOSPC where there are too many such files.
int cpowersensorstesting_answer_by_register(uint64_t device, uint64_t inode);

/// Lets reads of a file be answered by its bytes again.
void cpowersensorstesting_answer_by_bytes(uint64_t device, uint64_t inode);

/// Lets reads of a file succeed again.
void cpowersensorstesting_mend_reads(uint64_t device, uint64_t inode);

#endif
