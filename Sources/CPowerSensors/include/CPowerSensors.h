#ifndef CPOWERSENSORS_H
#define CPOWERSENSORS_H

#include <errno.h>
#include <pthread.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

#include "CPowerSensorsExitRecords.h"
#include "CPowerSensorsGroupWitness.h"
#include "CPowerSensorsLibSensors.h"
#include "CPowerSensorsProcesses.h"

/// Why an attribute's text is not a number. The values are negative, to distinguish them from the kernel's `errno`.
enum {
    /// It is empty, or only white space.
    CPOWERSENSORS_EMPTY = -1,
    /// It is not one decimal number.
    CPOWERSENSORS_MALFORMED = -2,
    /// The number has more than 64 bits.
    CPOWERSENSORS_OVERFLOW = -3,
    /// It fills `CPOWERSENSORS_ATTRIBUTE_SIZE` bytes, so the number may be cut off.
    CPOWERSENSORS_TOO_LONG = -4,
};

/// The largest attribute of sysfs: a page.
#define CPOWERSENSORS_ATTRIBUTE_SIZE 4096

/// Parses the digits from `at` on, and moves `at` behind them.
///
/// Returns 0, or 1 for a number of more than 64 bits.
static inline int cpowersensors_parse_digits(
    const char *_Nonnull text, size_t length, size_t *_Nonnull at, uint64_t *_Nonnull value
) {
    // Nineteen digits always fit; only further ones need a check.
    const size_t unchecked = length - *at > 19 ? *at + 19 : length;
    uint64_t number = 0;
    unsigned digit = 0;
    while (*at < unchecked && (digit = (unsigned)(unsigned char)text[*at] - '0') <= 9) {
        number = number * 10 + digit;
        (*at)++;
    }
    int overflow = 0;
    while (*at < length && (digit = (unsigned)(unsigned char)text[*at] - '0') <= 9) {
        overflow |= __builtin_mul_overflow(number, (uint64_t)10, &number);
        overflow |= __builtin_add_overflow(number, (uint64_t)digit, &number);
        (*at)++;
    }
    *value = number;
    return overflow;
}

/// Parses an unsigned decimal, possibly surrounded by white space, from `length` bytes.
///
/// Returns 0 and sets `value`, or returns one of the negative codes above.
static inline int cpowersensors_parse_u64(
    const char *_Nonnull text, size_t length, uint64_t *_Nonnull value
) {
    size_t at = 0;
    while (at < length && (text[at] == ' ' || text[at] == '\t' || text[at] == '\n')) at++;
    if (at == length) return CPOWERSENSORS_EMPTY;

    const size_t first = at;
    uint64_t number;
    const int overflow = cpowersensors_parse_digits(text, length, &at, &number);
    if (at == first) return CPOWERSENSORS_MALFORMED;
    while (at < length && (text[at] == ' ' || text[at] == '\t' || text[at] == '\n')) at++;
    if (at != length) return CPOWERSENSORS_MALFORMED;
    if (overflow) return CPOWERSENSORS_OVERFLOW;
    *value = number;
    return 0;
}

/// Parses up to eight digits at once, and sets `count` to their number.
///
/// Each step joins neighbours: digits to pairs, pairs to fours, fours to eight.
static inline uint64_t cpowersensors_leading_digits(const char *_Nonnull text, unsigned *_Nonnull count) {
    uint64_t word;
    memcpy(&word, text, sizeof word);
    // The first byte has to be the lowest.
    if (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__) word = __builtin_bswap64(word);
    // The first byte that is not a digit gets its high bit set; carries into later bytes do not matter.
    const uint64_t others = ((word + 0x4646464646464646) | (word - 0x3030303030303030)) & 0x8080808080808080;
    *count = others == 0 ? 8 : (unsigned)__builtin_ctzll(others) / 8;
    if (*count == 0) return 0;
    // Shifts in leading zeros.
    word = (word << (64 - 8 * *count)) & 0x0f0f0f0f0f0f0f0f;
    word = (word * (1 + (10 << 8))) >> 8 & 0x00ff00ff00ff00ff;
    word = (word * (1 + (100 << 16))) >> 16 & 0x0000ffff0000ffff;
    return word * (1 + (UINT64_C(10000) << 32)) >> 32;
}

/// Does the same as `cpowersensors_parse_u64`, faster for what drivers write: 1 to 15 digits and a newline.
///
/// At least 16 bytes after `length` must be readable.
static inline int cpowersensors_parse_line(const char *_Nonnull text, size_t length, uint64_t *_Nonnull value) {
    static const uint64_t powers[] = {1, 10, 100, 1000, 10000, 100000, 1000000, 10000000};
    unsigned digits, more = 0;
    uint64_t number = cpowersensors_leading_digits(text, &digits);
    if (digits == 8) {
        const uint64_t rest = cpowersensors_leading_digits(text + 8, &more);
        if (more == 8) return cpowersensors_parse_u64(text, length, value);
        number = number * powers[more] + rest;
        digits += more;
    }
    if (digits == 0 || length != digits + 1 || text[digits] != '\n') {
        return cpowersensors_parse_u64(text, length, value);
    }
    *value = number;
    return 0;
}

/// Reads up to `size` bytes of an open file at an offset, with a single system call.
///
/// Returns the number of bytes, or the negated `errno`.
static inline ssize_t cpowersensors_read_at(int descriptor, void *_Nonnull buffer, size_t size, off_t offset) {
    ssize_t count;
    do {
        count = pread(descriptor, buffer, size, offset);
    } while (count < 0 && errno == EINTR);
    return count < 0 ? -(ssize_t)errno : count;
}

/// Does the same from the file's start.
static inline ssize_t cpowersensors_read(int descriptor, void *_Nonnull buffer, size_t size) {
    return cpowersensors_read_at(descriptor, buffer, size, 0);
}

/// Reads the unsigned decimal in an open attribute, with a single system call.
///
/// Returns 0 and sets `value`, or returns the `errno` of the read or one of the negative codes above.
static inline int cpowersensors_read_u64(int descriptor, uint64_t *_Nonnull value) {
    char text[CPOWERSENSORS_ATTRIBUTE_SIZE + 16];
    const ssize_t count = cpowersensors_read(descriptor, text, CPOWERSENSORS_ATTRIBUTE_SIZE);
    if (count < 0) return (int)-count;
    if (count == CPOWERSENSORS_ATTRIBUTE_SIZE) return CPOWERSENSORS_TOO_LONG;
    memset(text + count, 0, 16);
    return cpowersensors_parse_line(text, (size_t)count, value);
}

/// Parses a decimal that may be negative, possibly surrounded by white space, from `length` bytes.
///
/// Returns 0 and sets `value`, or returns one of the negative codes above.
static inline int cpowersensors_parse_i64(const char *_Nonnull text, size_t length, int64_t *_Nonnull value) {
    size_t at = 0;
    while (at < length && (text[at] == ' ' || text[at] == '\t' || text[at] == '\n')) at++;
    const int negative = at < length && text[at] == '-';
    at += (size_t)negative;
    // A digit must follow immediately: the parser of unsigned numbers would skip spaces.
    if (negative && (at == length || text[at] < '0' || text[at] > '9')) return CPOWERSENSORS_MALFORMED;
    uint64_t magnitude;
    const int code = cpowersensors_parse_u64(text + at, length - at, &magnitude);
    if (code != 0) return code;
    if (magnitude > (uint64_t)INT64_MAX + (uint64_t)negative) return CPOWERSENSORS_OVERFLOW;
    *value = negative ? (int64_t)(0 - magnitude) : (int64_t)magnitude;
    return 0;
}

/// Reads the decimal in an open attribute, which may be negative, with a single system call.
///
/// Returns 0 and sets `value`, or returns the `errno` of the read or one of the negative codes above.
static inline int cpowersensors_read_i64(int descriptor, int64_t *_Nonnull value) {
    char text[CPOWERSENSORS_ATTRIBUTE_SIZE];
    const ssize_t count = cpowersensors_read(descriptor, text, CPOWERSENSORS_ATTRIBUTE_SIZE);
    if (count < 0) return (int)-count;
    if (count == CPOWERSENSORS_ATTRIBUTE_SIZE) return CPOWERSENSORS_TOO_LONG;
    return cpowersensors_parse_i64(text, (size_t)count, value);
}

/// What the calling thread has done since its start.
struct cpowersensors_effort {
    /// Its time on a processor, in nanoseconds.
    int64_t nanoseconds;
    /// How often it waited for something, not counting preemptions.
    int64_t waits;
};

/// Returns the calling thread's effort so far. Two values distinguish a slow read from an interrupted one.
struct cpowersensors_effort cpowersensors_thread_effort(void);

/// Identifies an event: its PMU's type, and the fields that the PMU's `format` folder describes (perf_event_open(2)).
struct cpowersensors_event {
    uint32_t type;
    uint64_t config, config1, config2;
};

/// Opens an event that counts on one processor, whatever runs there.
///
/// Reading its group returns the number of events, nanoseconds enabled, nanoseconds running, and each event's count
/// (PERF_FORMAT_GROUP, _TOTAL_TIME_ENABLED and _TOTAL_TIME_RUNNING).
///
/// `group` is the descriptor of the group's leader, or -1 for the leader itself; `pinned` is its leader's alone. Returns a descriptor with FD_CLOEXEC,
/// or the negated `errno`; -ENOSYS if there is no perf.
int cpowersensors_open_event(struct cpowersensors_event event, int processor, int group, int pinned);

/// Reads an event group, with a single system call.
///
/// Returns the number of bytes, which is 0 for an event in its error state, or the negated `errno`.
static inline ssize_t cpowersensors_read_events(int descriptor, uint64_t *_Nonnull values, size_t count) {
    ssize_t size;
    do {
        size = read(descriptor, values, count * sizeof *values);
    } while (size < 0 && errno == EINTR);
    return size < 0 ? -(ssize_t)errno : size;
}

/// Returns the magic number of an open file's file system (statfs(2)), or 0 if unknown.
uint64_t cpowersensors_file_system(int descriptor);

/// The magic number of sysfs.
#define CPOWERSENSORS_SYSFS 0x62656572

/// Returns whether an open folder is one at which a file system is mounted; 0 also if the kernel, older than Linux 5.8, does
/// not say.
int cpowersensors_is_mount_point(int folder);

/// Pins the calling thread to a processor. A negative number restores its affinity from before the first call.
///
/// Returns 0, EINVAL for a processor that it may not run on, or another `errno`.
int cpowersensors_run_on(int processor);

/// Returns whether a program that this process starts could gain a capability, given by its number in capabilities(7):
/// it is in the bounding set.
///
/// -1 if the running kernel does not know the number.
int cpowersensors_may_gain_capability(int number);

/// Opens `path` so that no symbolic link, absolute or relative, leads out of the open folder `root`.
///
/// Returns a descriptor with FD_CLOEXEC, or the negated `errno`; -ENOSYS if the kernel lacks openat2(2).
int cpowersensors_open_in_root(int root, const char *_Nonnull path, int flags);

/// Returns O_PATH, which Swift does not import.
int cpowersensors_path_only_flag(void);

/// Sleeps until the word is no longer `expected`, or CLOCK_MONOTONIC reaches a time in nanoseconds.
///
/// It is a single system call, and may return early without a reason.
void cpowersensors_wait(const uint32_t *_Nonnull word, uint32_t expected, int64_t deadline);

/// Changes the word, and wakes threads that wait for it, at most as many as given.
void cpowersensors_wake(uint32_t *_Nonnull word, int32_t threads);

/// Returns how many descriptors this process may have open by its soft limit, or -1 if unknown.
long cpowersensors_descriptor_limit(void);

/// Joins a thread. Returns 0, or ETIMEDOUT if it does not end in time.
int cpowersensors_join(pthread_t thread, int64_t timeout_nanoseconds);

/// Sets the calling thread's name in process listings, cut off after 15 bytes.
void cpowersensors_name_thread(const char *_Nonnull name);

/// Returns the word's current value.
uint32_t cpowersensors_word(const uint32_t *_Nonnull word);

#endif
