#include "powersensors.h"

// What programs are compiled against: a struct may grow at its end, and nothing in it may move. Each size and each field that may be
// the last one that a caller knows lies at a multiple of 8.
#define LIES_AT(type, field, place) _Static_assert(offsetof(type, field) == (place), "the layout of " #type " must not change")
#define HAS_SIZE(type, bytes) _Static_assert(sizeof(type) == (bytes) && (bytes) % 8 == 0, "the size of " #type)

_Static_assert(sizeof(void *) == 8, "the interface is for systems of 64 bits");

HAS_SIZE(powersensors_options, 72);
LIES_AT(powersensors_options, sysfs, 8);
LIES_AT(powersensors_options, sensors, 32);
LIES_AT(powersensors_options, maximum_power, 64);

HAS_SIZE(powersensors_error, 2320);
LIES_AT(powersensors_error, subject, 16);
LIES_AT(powersensors_error, text, 272);
LIES_AT(powersensors_error, remedy, 1296);

HAS_SIZE(powersensors_finding, 2376);
LIES_AT(powersensors_finding, reason, 8);
LIES_AT(powersensors_finding, subject, 72);
LIES_AT(powersensors_finding, text, 328);
LIES_AT(powersensors_finding, remedy, 1352);

HAS_SIZE(powersensors_summary, 56);
LIES_AT(powersensors_summary, time_nanoseconds, 16);
LIES_AT(powersensors_summary, interval, 32);

HAS_SIZE(powersensors_host, 88);
LIES_AT(powersensors_host, scope, 8);
LIES_AT(powersensors_host, is_headline, 32);
LIES_AT(powersensors_host, energy, 40);
LIES_AT(powersensors_host, power, 64);

HAS_SIZE(powersensors_channel, 192);
LIES_AT(powersensors_channel, id, 8);
LIES_AT(powersensors_channel, socket, 112);
LIES_AT(powersensors_channel, energy, 128);
LIES_AT(powersensors_channel, wraps, 176);
