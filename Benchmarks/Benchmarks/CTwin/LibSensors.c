#include "CTwin.h"

#if __has_include(<sensors/sensors.h>)

#include <dlfcn.h>
#include <sensors/sensors.h>
#include <stdlib.h>

enum { MOST_VALUES = 64 };

struct peer {
    void *library;
    __typeof__(&sensors_init) init;
    __typeof__(&sensors_cleanup) cleanup;
    __typeof__(&sensors_get_detected_chips) get_detected_chips;
    __typeof__(&sensors_get_features) get_features;
    __typeof__(&sensors_get_subfeature) get_subfeature;
    __typeof__(&sensors_get_value) get_value;
    int count;
    const sensors_chip_name *chips[MOST_VALUES];
    int numbers[MOST_VALUES];
};

/// Fills in what the library offers; false where something of it is missing.
static int look_up(struct peer *peer) {
    peer->init = (__typeof__(peer->init))dlsym(peer->library, "sensors_init");
    peer->cleanup = (__typeof__(peer->cleanup))dlsym(peer->library, "sensors_cleanup");
    peer->get_detected_chips =
        (__typeof__(peer->get_detected_chips))dlsym(peer->library, "sensors_get_detected_chips");
    peer->get_features = (__typeof__(peer->get_features))dlsym(peer->library, "sensors_get_features");
    peer->get_subfeature = (__typeof__(peer->get_subfeature))dlsym(peer->library, "sensors_get_subfeature");
    peer->get_value = (__typeof__(peer->get_value))dlsym(peer->library, "sensors_get_value");
    return peer->init && peer->cleanup && peer->get_detected_chips && peer->get_features && peer->get_subfeature
        && peer->get_value;
}

static void find_values(struct peer *peer) {
    const sensors_chip_name *chip;
    int next_chip = 0;
    while ((chip = peer->get_detected_chips(NULL, &next_chip)) != NULL) {
        const sensors_feature *feature;
        int next_feature = 0;
        while ((feature = peer->get_features(chip, &next_feature)) != NULL) {
            const sensors_subfeature *value = peer->get_subfeature(chip, feature, SENSORS_SUBFEATURE_POWER_INPUT);
            if (value == NULL || peer->count == MOST_VALUES) continue;
            peer->chips[peer->count] = chip;
            peer->numbers[peer->count++] = value->number;
        }
    }
}

void *ctwin_sensors_open(const char **why) {
    struct peer *peer = calloc(1, sizeof *peer);
    *why = "libsensors is not installed (libsensors5)";
    if (peer == NULL) return NULL;
    peer->library = dlopen("libsensors.so.5", RTLD_NOW);
    if (peer->library == NULL) {
        free(peer);
        return NULL;
    }
    *why = "libsensors does not start";
    if (look_up(peer) && peer->init(NULL) == 0) {
        find_values(peer);
        if (peer->count > 0) return peer;
        *why = "libsensors finds no power";
        peer->cleanup();
    }
    dlclose(peer->library);
    free(peer);
    return NULL;
}

int ctwin_sensors_sample(void *sensors, double *sum) {
    struct peer *peer = sensors;
    int answered = 0;
    *sum = 0;
    for (int i = 0; i < peer->count; i++) {
        double value;
        if (peer->get_value(peer->chips[i], peer->numbers[i], &value) != 0) continue;
        *sum += value;
        answered++;
    }
    return answered;
}

void ctwin_sensors_close(void *sensors) {
    struct peer *peer = sensors;
    peer->cleanup();
    dlclose(peer->library);
    free(peer);
}

#else

void *ctwin_sensors_open(const char **why) {
    *why = "libsensors' headers were not there when this was built (libsensors-dev)";
    return NULL;
}

int ctwin_sensors_sample(void *sensors, double *sum) {
    (void)sensors;
    *sum = 0;
    return 0;
}

void ctwin_sensors_close(void *sensors) { (void)sensors; }

#endif
