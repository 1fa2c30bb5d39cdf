#include "CTwin.h"

#include <errno.h>
#include <pthread.h>
#include <time.h>

void ctwin_sleep_until(int64_t deadline) {
    struct timespec time = {.tv_sec = deadline / 1000000000, .tv_nsec = deadline % 1000000000};
    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &time, NULL) == EINTR) {}
}

struct run {
    ctwin *twin;
    int64_t period;
    int ticks;
};

static void *run_timer(void *argument) {
    struct run *run = argument;
    int64_t deadline = ctwin_now();
    for (int i = 0; i < run->ticks; i++) {
        deadline += run->period;
        ctwin_sleep_until(deadline);
        if (run->twin != NULL) ctwin_sample(run->twin);
    }
    return NULL;
}

int64_t ctwin_run_timer(ctwin *twin, int64_t period, int ticks) {
    struct run run = {.twin = twin, .period = period, .ticks = ticks};
    const int64_t began = ctwin_cpu_time();
    pthread_t thread;
    if (pthread_create(&thread, NULL, run_timer, &run) != 0) return -1;
    pthread_join(thread, NULL);
    return ctwin_cpu_time() - began;
}
