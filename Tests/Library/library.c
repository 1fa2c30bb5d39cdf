/* What a C program sees of the library, over a machine of files that it makes itself.
 *
 *     library exact [N]    a measurement has the joules that the counter counted, from many threads
 *     library repeat N     opening, measuring and closing leaks nothing
 *     library cost N       what a measurement costs beside a bare pread; nothing is judged
 */
#include "machine.h"

#include <powersensors.h>
#include <math.h>
#include <pthread.h>

static powersensors_sampler *open_machine(void) {
    powersensors_sampler *sampler = NULL;
    powersensors_error error = {.size = sizeof error};
    /* The counter moves by joules within microseconds, which takes some power. */
    powersensors_options options = {
        .size = sizeof options, .sysfs = sysfs, .procfs = procfs, .flags = POWERSENSORS_NO_ESTIMATOR, .maximum_power = 1e5};
    if (powersensors_open(&options, &sampler, &error) != POWERSENSORS_OK) fail(error.text);
    return sampler;
}

/* Measures the count of so many counts, and returns the joules. */
static double measure(powersensors_sampler *sampler, uint64_t more) {
    powersensors_measurement *measurement = NULL;
    powersensors_snapshot *snapshot = NULL;
    powersensors_host host = {.size = sizeof host};
    check(powersensors_measure_begin(sampler, &measurement) == POWERSENSORS_OK, "begin");
    advance(more);
    check(powersensors_measure_end(measurement, &snapshot) == POWERSENSORS_OK, "end");
    check(powersensors_read_host(snapshot, 0, &host) == POWERSENSORS_OK, "no figure");
    check(strcmp(host.scope, "cpu") == 0, "another scope than cpu");
    if (isnan(host.energy)) fail(powersensors_name(host.status));
    check(host.energy_low <= host.energy && host.energy <= host.energy_high, "bounds");
    powersensors_release(snapshot);
    return host.energy;
}

static int rounds = 200;

static void *measure_often(void *sampler) {
    for (int index = 0; index < rounds; index++) {
        powersensors_measurement *measurement = NULL;
        powersensors_snapshot *snapshot = NULL;
        check(powersensors_measure_begin(sampler, &measurement) == POWERSENSORS_OK, "begin in a thread");
        check(powersensors_measure_end(measurement, &snapshot) == POWERSENSORS_OK, "end in a thread");
        powersensors_release(snapshot);
    }
    return NULL;
}

static void exact(void) {
    powersensors_sampler *sampler = open_machine();
    /* Across the wrap of the register, and once more. */
    check(measure(sampler, 1234567) == 1234567 / 16384.0, "the joules of a measurement are not those of the counter");
    check(measure(sampler, 1) == 1 / 16384.0, "one count is not one count");
    pthread_t threads[4];
    for (int index = 0; index < 4; index++) pthread_create(&threads[index], NULL, measure_often, sampler);
    for (int index = 0; index < 4; index++) pthread_join(threads[index], NULL);
    powersensors_snapshot *snapshot = NULL;
    check(powersensors_sample(sampler, &snapshot) == POWERSENSORS_OK, "sample");
    powersensors_host host = {.size = sizeof host};
    check(powersensors_read_host(snapshot, 0, &host) == POWERSENSORS_OK && host.energy == 1234568 / 16384.0, "the sum is another");
    powersensors_release(snapshot);
    powersensors_close(sampler);

    powersensors_monitor *monitor = NULL;
    powersensors_options options = {.size = sizeof options, .sysfs = sysfs, .procfs = procfs};
    check(powersensors_monitor_start(&options, 0.01, &monitor, NULL) == POWERSENSORS_OK, "no monitor");
    int32_t code = POWERSENSORS_NOT_YET;
    for (int tries = 0; tries < 1000 && code == POWERSENSORS_NOT_YET; tries++) {
        code = powersensors_monitor_latest(monitor, &snapshot);
        nanosleep(&(struct timespec){.tv_nsec = 10000000}, NULL);
    }
    check(code == POWERSENSORS_OK, "the monitor has no snapshot");
    powersensors_release(snapshot);
    powersensors_monitor_stop(monitor);
    puts("library: exact, from five threads");
}

static void repeat(int times) {
    const int warm_up = times / 10 + 1;
    long kilobytes = 0;
    int files = 0;
    for (int index = 0; index < warm_up + times; index++) {
        if (index == warm_up) kilobytes = resident_kilobytes(), files = open_files();
        powersensors_sampler *sampler = open_machine();
        check(measure(sampler, 7) == 7 / 16384.0, "joules");
        powersensors_close(sampler);
    }
    judge("opened, measured and closed", times, kilobytes, files);
}

static double seconds(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec + time.tv_nsec * 1e-9;
}

/* The shortest of several rounds, in nanoseconds a time. */
#define BEST(times, body) ({ \
    double best = 1e9; \
    for (int round = 0; round < 9; round++) { \
        const double began = seconds(); \
        for (int index = 0; index < (times); index++) { body; } \
        const double each = (seconds() - began) * 1e9 / (times); \
        if (each < best) best = each; \
    } \
    best; })

static void cost(int times) {
    char text[64];
    const int file = open(energy_file, O_RDONLY);
    const double bare = BEST(times, if (pread(file, text, sizeof text, 0) < 1) fail("pread"));
    powersensors_sampler *sampler = open_machine();
    powersensors_measurement *measurement = NULL;
    powersensors_snapshot *snapshot = NULL;
    powersensors_host host = {.size = sizeof host};
    const double bare_sample = BEST(times, powersensors_sample(sampler, NULL));
    const double whole = BEST(times, {
        powersensors_sample(sampler, &snapshot);
        powersensors_read_host(snapshot, 0, &host);
        powersensors_release(snapshot);
    });
    const double measured = BEST(times, {
        powersensors_measure_begin(sampler, &measurement);
        powersensors_measure_end(measurement, &snapshot);
        powersensors_read_host(snapshot, 0, &host);
        powersensors_release(snapshot);
    });
    printf("library: pread %.0f ns, sample %.0f ns, sample with a snapshot %.0f ns, measurement %.0f ns\n", bare, bare_sample, whole,
        measured);
    powersensors_close(sampler);
    close(file);
}

int main(int count, char **arguments) {
    const char *mode = count > 1 ? arguments[1] : "";
    make_machine();
    if (count > 2) rounds = atoi(arguments[2]);
    if (strcmp(mode, "exact") == 0) exact();
    else if (strcmp(mode, "repeat") == 0 && count > 2) repeat(rounds);
    else if (strcmp(mode, "cost") == 0 && count > 2) cost(rounds);
    else fprintf(stderr, "library: exact, repeat N or cost N\n");
    remove_machine();
    return mode[0] == 0;
}
