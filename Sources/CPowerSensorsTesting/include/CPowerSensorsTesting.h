#ifndef CPOWERSENSORSTESTING_H
#define CPOWERSENSORSTESTING_H

#include <stddef.h>
#include <sys/types.h>

/// Reads like pread(2), but returns the negated `errno` of a failure.
typedef ssize_t (*cpowersensorstesting_read)(int descriptor, void *_Nonnull buffer, size_t size, off_t offset);

/// Reads a file as the kernel does.
ssize_t cpowersensorstesting_kernel_read(int descriptor, void *_Nonnull buffer, size_t size, off_t offset);

/// Sets what answers every pread(2) of this program; at first that is `cpowersensorstesting_kernel_read`.
///
/// This module defines pread(2), which replaces libc's in programs that link it; the library under test is unchanged.
void cpowersensorstesting_answer_reads(cpowersensorstesting_read _Nonnull read);

#endif
