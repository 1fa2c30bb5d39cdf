/* The energy of a piece of work, and this machine's watts for two seconds. */
#include <math.h>
#include <powersensors.h>
#include <stdio.h>
#include <time.h>

/* Some work: how many primes there are below a number. */
static int primes(int limit) {
    int count = 0;
    for (int number = 2; number < limit; number++) {
        int divisor = 2;
        while (divisor * divisor <= number && number % divisor != 0) divisor++;
        if (divisor * divisor > number) count++;
    }
    return count;
}

static void show(const powersensors_snapshot *snapshot) {
    powersensors_host host = {.size = sizeof host};
    for (size_t index = 0; powersensors_read_host(snapshot, index, &host) == POWERSENSORS_OK; index++) {
        printf("%s (%s):", host.scope, host.provenance);
        if (isnan(host.energy)) printf(" energy %s,", powersensors_name(host.status));
        else printf(" %.3f J,", host.energy);
        if (isnan(host.power)) printf(" power %s\n", powersensors_name(host.status));
        else printf(" %.2f W\n", host.power);
        if (!isnan(host.energy_low)) printf("    between %.3f and %.3f J\n", host.energy_low, host.energy_high);
    }
}

int main(void) {
    powersensors_sampler *sampler = NULL;
    powersensors_error error = {.size = sizeof error};
    if (powersensors_open(NULL, &sampler, &error) != POWERSENSORS_OK) {
        fprintf(stderr, "%s %s\n", error.text, error.remedy);
        return 1;
    }
    powersensors_finding finding = {.size = sizeof finding};
    for (size_t index = 0; powersensors_read_finding(sampler, index, &finding) == POWERSENSORS_OK; index++)
        if (finding.severity > 0) printf("%s: %s\n    %s\n", finding.subject, finding.text, finding.remedy);

    powersensors_measurement *measurement = NULL;
    powersensors_snapshot *snapshot = NULL;
    powersensors_measure_begin(sampler, &measurement);
    printf("%d primes\n", primes(3000000));
    powersensors_measure_end(measurement, &snapshot);
    show(snapshot);
    powersensors_release(snapshot);

    for (int second = 0; second < 3; second++) {
        if (powersensors_sample(sampler, &snapshot) == POWERSENSORS_OK) show(snapshot);
        powersensors_release(snapshot);
        if (second < 2) nanosleep(&(struct timespec){.tv_sec = 1}, NULL);
    }
    powersensors_close(sampler);
    return 0;
}
