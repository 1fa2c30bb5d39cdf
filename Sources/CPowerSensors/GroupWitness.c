#define _GNU_SOURCE
#include "CPowerSensors.h"

#if defined(__linux__)
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <time.h>

enum { SIGNAL_COUNT = 65 };

// Shared with the witness: when it got each signal.
static _Atomic int64_t *times;

// Only what a fork of a program with threads may call.
static _Noreturn void witness(pid_t parent) {
    sigset_t all;
    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, NULL);
    prctl(PR_SET_PDEATHSIG, (unsigned long)SIGKILL, 0L, 0L, 0L);
    if (getppid() != parent) _exit(0);
    prctl(PR_SET_NAME, "signal-witness", 0L, 0L, 0L);
#ifdef SYS_close_range
    if (syscall(SYS_close_range, 0u, ~0u, 0u) != 0)
#endif
        for (int file = 0; file < 4096; file++) close(file);
    for (;;) {
        siginfo_t information;
        const int number = sigwaitinfo(&all, &information);
        // What a terminal sends, all of its foreground group get, which its own mark says.
        if (number <= 0 || number >= SIGNAL_COUNT || information.si_code > 0) continue;
        struct timespec now;
        clock_gettime(CLOCK_MONOTONIC, &now);
        times[number] = (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
    }
}

int32_t cpowersensors_start_group_witness(void) {
    if (!times) {
        void *page =
            mmap(NULL, SIGNAL_COUNT * sizeof *times, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        if (page == MAP_FAILED) return -errno;
        times = page;
    }
    sigset_t all, usual;
    sigfillset(&all);
    // From the first moment on, or a signal would end it.
    pthread_sigmask(SIG_SETMASK, &all, &usual);
    const pid_t parent = getpid();
    const pid_t number = fork();
    if (number == 0) witness(parent);
    const int code = errno;
    pthread_sigmask(SIG_SETMASK, &usual, NULL);
    return number < 0 ? -code : number;
}

int64_t cpowersensors_group_signal_time(int32_t signal) {
    return times && signal > 0 && signal < SIGNAL_COUNT ? times[signal] : 0;
}
#endif
