#ifndef CALLOCATIONCOUNTER_H
#define CALLOCATIONCOUNTER_H

#include <stdbool.h>
#include <stdint.h>

/// How many times the calling thread has asked for memory since it began.
///
/// It works by this module's own malloc and its like, which take the place of libc's in a program that links it.
uint64_t callocationcounter_count(void);

/// Whether requests are counted here: not under a sanitizer, which has a malloc of its own, nor without glibc.
bool callocationcounter_works(void);

#endif
