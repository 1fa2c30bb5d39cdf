#ifndef CPOWERSENSORS_H
#define CPOWERSENSORS_H

#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <unistd.h>

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
    char text[CPOWERSENSORS_ATTRIBUTE_SIZE];
    const ssize_t count = cpowersensors_read(descriptor, text, sizeof text);
    if (count < 0) return (int)-count;
    if (count == (ssize_t)sizeof text) return CPOWERSENSORS_TOO_LONG;
    return cpowersensors_parse_u64(text, (size_t)count, value);
}

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

/// Names the calling thread, as process listings show it; longer names than 15 bytes are cut off.
void cpowersensors_name_thread(const char *_Nonnull name);

/// The word as it is now.
uint32_t cpowersensors_word(const uint32_t *_Nonnull word);

#endif
