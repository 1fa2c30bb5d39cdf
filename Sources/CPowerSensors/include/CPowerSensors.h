#ifndef CPOWERSENSORS_H
#define CPOWERSENSORS_H

#include <errno.h>
#include <pthread.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

#include "CPowerSensorsLibSensors.h"
#include "CPowerSensorsProcesses.h"

/// What a counter attribute can answer besides a number or an `errno` value.
///
/// The values are negative, so that they never meet an `errno`: the kernel's own EINVAL and a text that is
/// no number stay two things.
enum {
    /// Nothing, or nothing but white space.
    CPOWERSENSORS_EMPTY = -1,
    /// Anything but one unsigned decimal.
    CPOWERSENSORS_MALFORMED = -2,
    /// A decimal of more than 64 bits.
    CPOWERSENSORS_OVERFLOW = -3,
    /// A text that does not end within `CPOWERSENSORS_ATTRIBUTE_SIZE` bytes, so the number may be cut off.
    CPOWERSENSORS_TOO_LONG = -4,
};

/// The most that one attribute of sysfs holds: a page.
#define CPOWERSENSORS_ATTRIBUTE_SIZE 4096

/// Parses one unsigned decimal, with white space around it, out of `length` bytes.
///
/// Returns 0 and sets `value`, or one of the negative codes above and leaves `value` alone.
static inline int cpowersensors_parse_u64(
    const char *_Nonnull text, size_t length, uint64_t *_Nonnull value
) {
    size_t at = 0;
    while (at < length && (text[at] == ' ' || text[at] == '\t' || text[at] == '\n')) at++;
    if (at == length) return CPOWERSENSORS_EMPTY;

    const size_t first = at;
    // Nineteen digits always fit; only past them is a check worth its cycles.
    const size_t unchecked = length - at > 19 ? at + 19 : length;
    uint64_t number = 0;
    unsigned digit = 0;
    while (at < unchecked && (digit = (unsigned)(unsigned char)text[at] - '0') <= 9) {
        number = number * 10 + digit;
        at++;
    }
    int overflow = 0;
    while (at < length && (digit = (unsigned)(unsigned char)text[at] - '0') <= 9) {
        overflow |= __builtin_mul_overflow(number, (uint64_t)10, &number);
        overflow |= __builtin_add_overflow(number, (uint64_t)digit, &number);
        at++;
    }
    if (at == first) return CPOWERSENSORS_MALFORMED;
    while (at < length && (text[at] == ' ' || text[at] == '\t' || text[at] == '\n')) at++;
    if (at != length) return CPOWERSENSORS_MALFORMED;
    if (overflow) return CPOWERSENSORS_OVERFLOW;
    *value = number;
    return 0;
}

#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
/// Parses up to eight digits at once, however many there are, and says how many that were.
///
/// Each step joins neighbours: digits to pairs, pairs to fours, fours to eight.
static inline uint64_t cpowersensors_leading_digits(const char *_Nonnull text, unsigned *_Nonnull count) {
    uint64_t word;
    memcpy(&word, text, sizeof word);
    // The first byte that is no digit has its high bit set; what a carry makes of those behind it does not matter.
    const uint64_t others = ((word + 0x4646464646464646) | (word - 0x3030303030303030)) & 0x8080808080808080;
    *count = others == 0 ? 8 : (unsigned)__builtin_ctzll(others) / 8;
    if (*count == 0) return 0;
    // Zeros before the first digit change nothing.
    word = (word << (64 - 8 * *count)) & 0x0f0f0f0f0f0f0f0f;
    word = (word * (1 + (10 << 8))) >> 8 & 0x00ff00ff00ff00ff;
    word = (word * (1 + (100 << 16))) >> 16 & 0x0000ffff0000ffff;
    return word * (1 + (UINT64_C(10000) << 32)) >> 32;
}

/// The same as `cpowersensors_parse_u64`, quicker for what drivers write: 1 to 15 digits and a newline.
///
/// At least 16 bytes behind `length` must be readable.
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
#else
static inline int cpowersensors_parse_line(const char *_Nonnull text, size_t length, uint64_t *_Nonnull value) {
    return cpowersensors_parse_u64(text, length, value);
}
#endif

/// Reads up to `size` bytes of an open attribute from its start, with a single system call.
///
/// Returns the number of bytes, or the negated `errno` of the read.
static inline ssize_t cpowersensors_read(int descriptor, void *_Nonnull buffer, size_t size) {
    ssize_t count;
    do {
        count = pread(descriptor, buffer, size, 0);
    } while (count < 0 && errno == EINTR);
    return count < 0 ? -(ssize_t)errno : count;
}

/// Reads the unsigned decimal that an open attribute holds, with a single system call.
///
/// Returns 0 and sets `value`; or the `errno` of the read; or one of the negative codes above.
static inline int cpowersensors_read_u64(int descriptor, uint64_t *_Nonnull value) {
    char text[CPOWERSENSORS_ATTRIBUTE_SIZE + 16];
    const ssize_t count = cpowersensors_read(descriptor, text, CPOWERSENSORS_ATTRIBUTE_SIZE);
    if (count < 0) return (int)-count;
    if (count == CPOWERSENSORS_ATTRIBUTE_SIZE) return CPOWERSENSORS_TOO_LONG;
    memset(text + count, 0, 16);
    return cpowersensors_parse_line(text, (size_t)count, value);
}

/// Parses one decimal that may have a minus before it, with white space around it, out of `length` bytes.
///
/// Returns 0 and sets `value`, or one of the negative codes above and leaves `value` alone.
static inline int cpowersensors_parse_i64(const char *_Nonnull text, size_t length, int64_t *_Nonnull value) {
    size_t at = 0;
    while (at < length && (text[at] == ' ' || text[at] == '\t' || text[at] == '\n')) at++;
    const int negative = at < length && text[at] == '-';
    at += (size_t)negative;
    // A digit must follow at once: the parser of counters would skip blanks.
    if (negative && (at == length || text[at] < '0' || text[at] > '9')) return CPOWERSENSORS_MALFORMED;
    uint64_t magnitude;
    const int code = cpowersensors_parse_u64(text + at, length - at, &magnitude);
    if (code != 0) return code;
    if (magnitude > (uint64_t)INT64_MAX + (uint64_t)negative) return CPOWERSENSORS_OVERFLOW;
    *value = negative ? (int64_t)(0 - magnitude) : (int64_t)magnitude;
    return 0;
}

/// Reads the decimal that an open attribute holds, which may be negative, with a single system call.
///
/// Returns 0 and sets `value`; or the `errno` of the read; or one of the negative codes above.
static inline int cpowersensors_read_i64(int descriptor, int64_t *_Nonnull value) {
    char text[CPOWERSENSORS_ATTRIBUTE_SIZE];
    const ssize_t count = cpowersensors_read(descriptor, text, CPOWERSENSORS_ATTRIBUTE_SIZE);
    if (count < 0) return (int)-count;
    if (count == CPOWERSENSORS_ATTRIBUTE_SIZE) return CPOWERSENSORS_TOO_LONG;
    return cpowersensors_parse_i64(text, (size_t)count, value);
}

/// What the calling thread has done since it began.
struct cpowersensors_effort {
    /// Its time on a processor, in nanoseconds.
    int64_t nanoseconds;
    /// How often it waited for something, unlike having to make room for another thread.
    int64_t waits;
};

/// The calling thread's effort so far: the difference of two tells a slow read from one that was interrupted.
struct cpowersensors_effort cpowersensors_thread_effort(void);

/// Reads a model-specific register of an open `/dev/cpu/N/msr`, with a single system call.
///
/// The device takes the register's number for the offset (msr(4)). Returns 0 and sets `value`; or the `errno` of the
/// read; or `CPOWERSENSORS_EMPTY` where there are fewer than the eight bytes of a register.
static inline int cpowersensors_read_register(int descriptor, uint32_t number, uint64_t *_Nonnull value) {
    ssize_t count;
    do {
        count = pread(descriptor, value, sizeof *value, (off_t)number);
    } while (count < 0 && errno == EINTR);
    if (count < 0) return errno;
    return count == (ssize_t)sizeof *value ? 0 : CPOWERSENSORS_EMPTY;
}

/// What names an event to its PMU: the fields that a PMU's `format` folder may speak of (perf_event_open(2)).
struct cpowersensors_event {
    uint32_t type;
    uint64_t config, config1, config2;
};

/// Opens an event that counts on one processor, whatever runs there.
///
/// What is read of it is what PERF_FORMAT_GROUP, _TOTAL_TIME_ENABLED and _TOTAL_TIME_RUNNING make of a read: how many
/// events, nanoseconds enabled, nanoseconds running, and one number an event.
///
/// `group` is the descriptor of the group's leader, or -1 for a leader. Returns a descriptor with FD_CLOEXEC, or the
/// negated `errno`; -ENOSYS where there is no perf.
int cpowersensors_open_event(struct cpowersensors_event event, int processor, int group);

/// Reads an event group's numbers, with a single system call.
///
/// Returns how many bytes were read, 0 for an event in its error state; or the negated `errno`.
static inline ssize_t cpowersensors_read_events(int descriptor, uint64_t *_Nonnull values, size_t count) {
    ssize_t size;
    do {
        size = read(descriptor, values, count * sizeof *values);
    } while (size < 0 && errno == EINTR);
    return size < 0 ? -(ssize_t)errno : size;
}

/// The file system that an open file lies on, as the magic number of statfs(2); 0 where that cannot be told.
uint64_t cpowersensors_file_system(int descriptor);

/// The magic number of sysfs.
#define CPOWERSENSORS_SYSFS 0x62656572

/// Lets the calling thread run on one processor only, or for a negative number where it ran before the first call.
///
/// Returns 0, or EINVAL for a processor that it may not run on, or another `errno`.
int cpowersensors_run_on(int processor);

/// Whether the calling thread has a capability, by its number in capabilities(7), in effect.
int cpowersensors_has_capability(int number);

/// Whether a program that this process starts could be given a capability: whether it is in the bounding set.
int cpowersensors_may_gain_capability(int number);

/// Whether the running kernel has a capability of that number at all.
int cpowersensors_knows_capability(int number);

/// Opens `path` so that no symbolic link, absolute or relative, leads out of the open folder `root`.
///
/// Returns a descriptor with FD_CLOEXEC, or the negated `errno`; -ENOSYS where the kernel lacks openat2(2).
int cpowersensors_open_in_root(int root, const char *_Nonnull path, int flags);

/// O_PATH, which libc hides from Swift; 0 where there is none.
int cpowersensors_path_only_flag(void);

/// Sleeps until the word is no longer `expected`, or until CLOCK_MONOTONIC reaches a time in nanoseconds.
///
/// A single system call, as for a plain absolute timer. It may also return early, for no reason.
void cpowersensors_wait(const uint32_t *_Nonnull word, uint32_t expected, int64_t deadline);

/// Changes the word, and ends the sleep of who waits for it.
void cpowersensors_wake(uint32_t *_Nonnull word);

/// How many descriptors this process may have open, by its soft limit; -1 where that is not known.
long cpowersensors_descriptor_limit(void);

/// Joins a thread that ends within a number of nanoseconds; returns 0, or ETIMEDOUT.
int cpowersensors_join(pthread_t thread, int64_t patience);

/// Names the calling thread, as process listings show it; longer names than 15 bytes are cut off.
void cpowersensors_name_thread(const char *_Nonnull name);

/// The word as it is now.
uint32_t cpowersensors_word(const uint32_t *_Nonnull word);

#endif
