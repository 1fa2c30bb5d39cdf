#include "CTwin.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

struct channel {
    int descriptor;
    /// For `ctwin_move`; -1 until it is asked for.
    int writer;
    int is_counting;
    uint64_t nanojoules;
    uint32_t last;
    uint64_t total;
    uint32_t shown;
    char *path;
};

struct ctwin {
    size_t count, capacity;
    int64_t boottime, monotonic, ended;
    struct channel channels[];
};

static int64_t nanoseconds(clockid_t clock) {
    struct timespec time;
    clock_gettime(clock, &time);
    return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

int64_t ctwin_now(void) { return nanoseconds(CLOCK_MONOTONIC); }

int64_t ctwin_boottime(void) { return nanoseconds(CLOCK_BOOTTIME); }

int64_t ctwin_cpu_time(void) { return nanoseconds(CLOCK_PROCESS_CPUTIME_ID); }

/// The number in `text`, which must be one decimal of at most 19 digits and a newline.
static inline int parse(const char *text, ssize_t length, uint64_t *number) {
    ssize_t at = 0;
    uint64_t value = 0;
    unsigned digit;
    while (at < length && (digit = (unsigned)(unsigned char)text[at] - '0') <= 9) {
        value = value * 10 + digit;
        at++;
    }
    if (at == 0 || at > 19 || (at < length && text[at] != '\n')) return -1;
    *number = value;
    return 0;
}

/// The register's count behind a number in µJ, rounded up since the driver truncates.
static inline uint32_t count_of(uint64_t number, uint64_t nanojoules) {
    return (uint32_t)((number * 1000 + nanojoules - 1) / nanojoules);
}

/// Reads one file's number. Returns 0 or an `errno`.
static int read_number(int descriptor, uint64_t *number) {
    char text[64];
    ssize_t length = pread(descriptor, text, sizeof text, 0);
    if (length < 0) return errno;
    return length == 0 || parse(text, length, number) != 0 ? EINVAL : 0;
}

uint64_t ctwin_positive_number(const char *path) {
    uint64_t number = 0;
    int descriptor = open(path, O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) return 0;
    if (read_number(descriptor, &number) != 0) number = 0;
    close(descriptor);
    return number;
}

ctwin *ctwin_make(size_t capacity) {
    ctwin *twin = calloc(1, sizeof *twin + capacity * sizeof *twin->channels);
    if (twin != NULL) twin->capacity = capacity;
    return twin;
}

/// The energy of one count in nJ: the range is that of 2³² - 1 counts, truncated to µJ.
static int read_unit(const char *folder, uint64_t *nanojoules) {
    char path[PATH_MAX];
    if (snprintf(path, sizeof path, "%s/max_energy_range_uj", folder) >= (int)sizeof path) return ENAMETOOLONG;
    int descriptor = open(path, O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) return errno;
    uint64_t range;
    int failure = read_number(descriptor, &range);
    close(descriptor);
    if (failure != 0) return failure;
    *nanojoules = (range * 1000 + UINT32_MAX - 1) / UINT32_MAX;
    return *nanojoules == 0 ? ERANGE : 0;
}

int ctwin_add(ctwin *twin, const char *folder) {
    if (twin->count == twin->capacity) return ENOSPC;
    struct channel *channel = &twin->channels[twin->count];
    int failure = read_unit(folder, &channel->nanojoules);
    if (failure != 0) return failure;
    if (asprintf(&channel->path, "%s/energy_uj", folder) < 0) return ENOMEM;
    channel->writer = -1;
    channel->descriptor = open(channel->path, O_RDONLY | O_CLOEXEC);
    if (channel->descriptor < 0) {
        failure = errno;
        free(channel->path);
        return failure;
    }
    twin->count++;
    return 0;
}

void ctwin_close(ctwin *twin) {
    for (size_t i = 0; i < twin->count; i++) {
        close(twin->channels[i].descriptor);
        if (twin->channels[i].writer >= 0) close(twin->channels[i].writer);
        free(twin->channels[i].path);
    }
    free(twin);
}

int ctwin_sample(ctwin *twin) {
    int failures = 0;
    twin->boottime = ctwin_boottime();
    twin->monotonic = ctwin_now();
    for (size_t i = 0; i < twin->count; i++) {
        struct channel *channel = &twin->channels[i];
        uint64_t number;
        if (read_number(channel->descriptor, &number) != 0) {
            failures++;
            continue;
        }
        uint32_t count = count_of(number, channel->nanojoules);
        if (channel->is_counting) channel->total += (uint32_t)(count - channel->last);
        channel->last = count;
        channel->is_counting = 1;
    }
    twin->ended = ctwin_boottime();
    return failures;
}

uint64_t ctwin_total(const ctwin *twin) {
    uint64_t total = 0;
    for (size_t i = 0; i < twin->count; i++) total += twin->channels[i].total;
    return total;
}

int64_t ctwin_time_samples(ctwin *twin, int samples) {
    const int64_t began = ctwin_now();
    for (int i = 0; i < samples; i++) ctwin_sample(twin);
    return ctwin_now() - began;
}

static int open_writer(struct channel *channel) {
    channel->writer = open(channel->path, O_WRONLY | O_CLOEXEC);
    if (channel->writer < 0 && errno == EACCES) {
        // The kernel's files are mode 0400, and so are the mock's.
        chmod(channel->path, 0600);
        channel->writer = open(channel->path, O_WRONLY | O_CLOEXEC);
    }
    if (channel->writer < 0) return errno;
    uint64_t number;
    int failure = read_number(channel->descriptor, &number);
    if (failure == 0) channel->shown = count_of(number, channel->nanojoules);
    return failure;
}

int ctwin_move(ctwin *twin) {
    for (size_t i = 0; i < twin->count; i++) {
        struct channel *channel = &twin->channels[i];
        if (channel->writer < 0) {
            int failure = open_writer(channel);
            if (failure != 0) return failure;
        }
        channel->shown++;
        char text[32];
        int length = snprintf(
            text, sizeof text, "%llu\n", (unsigned long long)((uint64_t)channel->shown * channel->nanojoules / 1000)
        );
        if (pwrite(channel->writer, text, (size_t)length, 0) != length) return errno;
        // Only where the register has wrapped is the old text longer.
        if (channel->shown == 0 && ftruncate(channel->writer, length) != 0) return errno;
    }
    return 0;
}

uint64_t ctwin_accumulate(const uint64_t *numbers, size_t count, uint64_t nanojoules) {
    uint32_t last = count_of(numbers[0], nanojoules);
    uint64_t total = 0;
    for (size_t i = 0; i < count; i++) {
        uint32_t now = count_of(numbers[i], nanojoules);
        total += (uint32_t)(now - last);
        last = now;
    }
    return total;
}
