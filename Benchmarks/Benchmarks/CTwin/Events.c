#include "CTwin.h"

#include <errno.h>
#include <linux/perf_event.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { EVENTS = 4 };

struct ctwin_events {
    int descriptors[EVENTS];
    int are_grouped;
    /// For `ctwin_events_time_sums`.
    int is_counting;
    int64_t boottime, monotonic, ended;
    uint64_t enabled, last[EVENTS], totals[EVENTS];
};

static int pmu_type(void) {
    int type = -1;
    FILE *file = fopen("/sys/bus/event_source/devices/msr/type", "re");
    if (file == NULL) return -1;
    if (fscanf(file, "%d", &type) != 1) type = -1;
    fclose(file);
    return type;
}

ctwin_events *ctwin_events_open(int are_grouped) {
    const int type = pmu_type();
    ctwin_events *events = type < 0 ? NULL : calloc(1, sizeof *events);
    if (events == NULL) return NULL;
    events->are_grouped = are_grouped;
    for (int at = 0; at < EVENTS; at++) {
        // Event 0 of this PMU is the time-stamp counter.
        struct perf_event_attr attributes = {
            .type = (uint32_t)type,
            .size = sizeof attributes,
            .read_format = PERF_FORMAT_TOTAL_TIME_ENABLED | PERF_FORMAT_TOTAL_TIME_RUNNING |
                           (are_grouped ? PERF_FORMAT_GROUP : 0),
        };
        const int leader = are_grouped && at > 0 ? events->descriptors[0] : -1;
        events->descriptors[at] =
            (int)syscall(SYS_perf_event_open, &attributes, -1, 0, leader, PERF_FLAG_FD_CLOEXEC);
        if (events->descriptors[at] < 0) {
            while (--at >= 0) close(events->descriptors[at]);
            free(events);
            return NULL;
        }
    }
    return events;
}

void ctwin_events_close(ctwin_events *events) {
    for (int at = EVENTS - 1; at >= 0; at--) close(events->descriptors[at]);
    free(events);
}

int64_t ctwin_events_time(ctwin_events *events, int samples) {
    uint64_t values[3 + EVENTS];
    const int reads = events->are_grouped ? 1 : EVENTS;
    const ssize_t expected = events->are_grouped ? 8 * (3 + EVENTS) : 8 * 3;
    const int64_t began = ctwin_now();
    for (int sample = 0; sample < samples; sample++) {
        for (int at = 0; at < reads; at++) {
            if (read(events->descriptors[at], values, sizeof values) != expected) return -1;
        }
    }
    return ctwin_now() - began;
}

/// Reads a group and adds up what its counts gained, between two looks at the clocks. Returns 0, or -1 where that failed.
static int sum(ctwin_events *events) {
    uint64_t values[3 + EVENTS];
    events->boottime = ctwin_boottime();
    events->monotonic = ctwin_now();
    if (read(events->descriptors[0], values, sizeof values) != sizeof values) return -1;
    // How many events there are; and whether they were counting all the time, and still are.
    if (values[0] != EVENTS || values[1] != values[2] || values[1] == events->enabled) return -1;
    events->enabled = values[1];
    for (int at = 0; at < EVENTS; at++) {
        const uint64_t count = values[3 + at];
        if (events->is_counting) events->totals[at] += count - events->last[at];
        events->last[at] = count;
    }
    events->is_counting = 1;
    events->ended = ctwin_boottime();
    return 0;
}

int64_t ctwin_events_time_sums(ctwin_events *events, int samples) {
    const int64_t began = ctwin_now();
    for (int sample = 0; sample < samples; sample++) {
        if (sum(events) != 0) return -1;
    }
    return ctwin_now() - began;
}

int ctwin_run_on(int processor) {
    cpu_set_t mask;
    CPU_ZERO(&mask);
    if (processor >= 0) {
        CPU_SET(processor, &mask);
    } else {
        memset(&mask, 0xff, sizeof mask);
    }
    return sched_setaffinity(0, sizeof mask, &mask) == 0 ? 0 : errno;
}
