#include "CTwin.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>

void ctwin_sleep_until(int64_t deadline) {
    struct timespec time = {.tv_sec = deadline / 1000000000, .tv_nsec = deadline % 1000000000};
    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &time, NULL) == EINTR) {}
}

struct timer {
    pthread_t thread;
    ctwin *twin;
    int64_t period, ticks;
    atomic_int is_stopping;
};

static void *run_timer(void *argument) {
    struct timer *timer = argument;
    int64_t deadline = ctwin_now();
    while (!atomic_load(&timer->is_stopping)) {
        deadline += timer->period;
        ctwin_sleep_until(deadline);
        if (timer->twin != NULL) ctwin_sample(timer->twin);
        timer->ticks++;
    }
    return NULL;
}

void *ctwin_start_timer(ctwin *twin, int64_t period) {
    struct timer *timer = calloc(1, sizeof *timer);
    if (timer == NULL) return NULL;
    timer->twin = twin;
    timer->period = period;
    if (pthread_create(&timer->thread, NULL, run_timer, timer) == 0) return timer;
    free(timer);
    return NULL;
}

int64_t ctwin_stop_timer(void *argument) {
    struct timer *timer = argument;
    atomic_store(&timer->is_stopping, 1);
    pthread_join(timer->thread, NULL);
    const int64_t ticks = timer->ticks;
    free(timer);
    return ticks;
}

int64_t ctwin_sleeps(void) {
    struct rusage usage;
    return getrusage(RUSAGE_SELF, &usage) == 0 ? usage.ru_nvcsw : 0;
}
