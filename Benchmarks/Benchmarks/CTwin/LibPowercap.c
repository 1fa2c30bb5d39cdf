#include "CTwin.h"

#if __has_include(<powercap/powercap-rapl.h>)

#include <dlfcn.h>
#include <powercap/powercap-rapl.h>
#include <stdlib.h>

struct peer {
    void *library;
    __typeof__(&powercap_rapl_init) init;
    __typeof__(&powercap_rapl_destroy) destroy;
    __typeof__(&powercap_rapl_get_energy_uj) get_energy_uj;
    powercap_rapl_pkg package;
};

static const powercap_rapl_zone zones[] = {
    POWERCAP_RAPL_ZONE_PACKAGE, POWERCAP_RAPL_ZONE_CORE, POWERCAP_RAPL_ZONE_UNCORE, POWERCAP_RAPL_ZONE_DRAM,
};

void *ctwin_powercap_open(const char **why) {
    struct peer *peer = calloc(1, sizeof *peer);
    *why = "libpowercap is not installed (libpowercap0)";
    if (peer == NULL) return NULL;
    peer->library = dlopen("libpowercap.so.0", RTLD_NOW);
    if (peer->library == NULL) {
        free(peer);
        return NULL;
    }
    peer->init = (__typeof__(peer->init))dlsym(peer->library, "powercap_rapl_init");
    peer->destroy = (__typeof__(peer->destroy))dlsym(peer->library, "powercap_rapl_destroy");
    peer->get_energy_uj = (__typeof__(peer->get_energy_uj))dlsym(peer->library, "powercap_rapl_get_energy_uj");
    if (!peer->init || !peer->destroy || !peer->get_energy_uj || peer->init(0, &peer->package, 1) != 0) {
        *why = "libpowercap does not open package 0";
        dlclose(peer->library);
        free(peer);
        return NULL;
    }
    return peer;
}

int ctwin_powercap_sample(void *powercap, uint64_t *energies) {
    struct peer *peer = powercap;
    int answered = 0;
    for (size_t i = 0; i < sizeof zones / sizeof *zones; i++) {
        if (peer->get_energy_uj(&peer->package, zones[i], &energies[i]) == 0) answered++;
    }
    return answered;
}

void ctwin_powercap_close(void *powercap) {
    struct peer *peer = powercap;
    peer->destroy(&peer->package);
    dlclose(peer->library);
    free(peer);
}

#else

void *ctwin_powercap_open(const char **why) {
    *why = "libpowercap's headers were not there when this was built (libpowercap-dev)";
    return NULL;
}

int ctwin_powercap_sample(void *powercap, uint64_t *energies) {
    (void)powercap;
    (void)energies;
    return 0;
}

void ctwin_powercap_close(void *powercap) { (void)powercap; }

#endif
