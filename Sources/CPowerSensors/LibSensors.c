#include "CPowerSensors.h"

#if defined(__linux__) && __has_include(<sensors/sensors.h>)

#include <dlfcn.h>
#include <pthread.h>
#include <sensors/error.h>
#include <sensors/sensors.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>

// The library's symbols that are used, each without its prefix.
#define FOR_EACH_SYMBOL(USE) \
    USE(init) USE(cleanup) USE(get_detected_chips) USE(get_features) USE(get_all_subfeatures) USE(get_label) \
    USE(get_value) USE(fatal_error) USE(parse_error_wfn)

static struct {
    void *handle;
    int is_started, is_broken;
#define DECLARE(name) __typeof__(&sensors_##name) name;
    FOR_EACH_SYMBOL(DECLARE)
} library;

// Set while a call of ours is in progress in this thread: a fatal error then ends the call, not the process.
static _Thread_local jmp_buf *escape;
static struct cpowersensors_libsensors_report *current_report;

// The handlers of other users of the library in this process.
static struct {
    void (*fatal)(const char *, const char *);
    void (*parse)(const char *, const char *, int);
} others;

static void on_fatal(const char *procedure, const char *message) {
    if (escape != NULL) longjmp(*escape, 1);
    // Another user's call in another thread.
    if (others.fatal != NULL) others.fatal(procedure, message);
    abort();
}

static void on_parse_error(const char *message, const char *file, int line) {
    if (current_report == NULL) {
        // Another user's call in another thread.
        if (others.parse != NULL) others.parse(message, file, line);
        return;
    }
    if (current_report->errors++ > 0) return;
    current_report->line = line;
    snprintf(current_report->file, sizeof current_report->file, "%s", file == NULL ? "" : file);
    snprintf(current_report->message, sizeof current_report->message, "%s", message == NULL ? "" : message);
}

// Several threads may read values at once: the first installs our handlers, and the last restores the others.
static pthread_mutex_t handlers = PTHREAD_MUTEX_INITIALIZER;
static int callers;

// Calls a function of ours that uses the library. Returns its result, or FATAL if the library met a fatal error.
static int attempt(int (*call)(void *), void *argument) {
    pthread_mutex_lock(&handlers);
    if (callers++ == 0) {
        others.fatal = *library.fatal_error;
        others.parse = *library.parse_error_wfn;
        *library.fatal_error = on_fatal;
        *library.parse_error_wfn = on_parse_error;
    }
    pthread_mutex_unlock(&handlers);
    jmp_buf here;
    int result = CPOWERSENSORS_LIBSENSORS_FATAL;
    if (setjmp(here) == 0) {
        escape = &here;
        result = call(argument);
    } else {
        __atomic_store_n(&library.is_broken, 1, __ATOMIC_SEQ_CST);
    }
    escape = NULL;
    pthread_mutex_lock(&handlers);
    if (--callers == 0) {
        *library.fatal_error = others.fatal;
        *library.parse_error_wfn = others.parse;
    }
    pthread_mutex_unlock(&handlers);
    return result;
}

int cpowersensors_libsensors_check(void) {
    if (__atomic_load_n(&library.is_broken, __ATOMIC_SEQ_CST)) return CPOWERSENSORS_LIBSENSORS_FATAL;
    if (library.handle != NULL) return 0;
    void *handle = dlopen("libsensors.so.5", RTLD_NOW | RTLD_LOCAL);
    if (handle == NULL) return CPOWERSENSORS_LIBSENSORS_ABSENT;
    int is_complete = 1;
#define RESOLVE(name) \
    library.name = (__typeof__(library.name))dlsym(handle, "sensors_" #name); \
    is_complete = is_complete && library.name != NULL;
    FOR_EACH_SYMBOL(RESOLVE)
    if (!is_complete) {
        dlclose(handle);
        return CPOWERSENSORS_LIBSENSORS_FOREIGN;
    }
    library.handle = handle;
    return 0;
}

static int start(void *unused) {
    (void)unused;
    // Before the calls, since a fatal error in one of them must leave it not started.
    const int was_started = library.is_started;
    library.is_started = 0;
    if (was_started) library.cleanup();
    if (library.init(NULL) == 0) {
        library.is_started = 1;
        return 0;
    }
    library.cleanup();
    return CPOWERSENSORS_LIBSENSORS_FAILED;
}

int cpowersensors_libsensors_start(struct cpowersensors_libsensors_report *report) {
    memset(report, 0, sizeof *report);
    const int missing = cpowersensors_libsensors_check();
    if (missing != 0) return missing;
    current_report = report;
    const int result = attempt(start, NULL);
    current_report = NULL;
    return result;
}

static void describe(
    const sensors_chip_name *chip, const sensors_feature *feature, const sensors_subfeature *subfeature,
    int skips_label, struct cpowersensors_libsensors_value *value
) {
    snprintf(value->path, sizeof value->path, "%s", chip->path == NULL ? "" : chip->path);
    snprintf(value->prefix, sizeof value->prefix, "%s", chip->prefix == NULL ? "" : chip->prefix);
    if (subfeature == NULL) return;
    value->number = subfeature->number;
    value->may_be_computed = (subfeature->flags & SENSORS_COMPUTE_MAPPING) != 0;
    snprintf(value->name, sizeof value->name, "%s", subfeature->name);
    snprintf(value->feature, sizeof value->feature, "%s", feature->name);
    if (skips_label) return;
    char *label = library.get_label(chip, feature);
    snprintf(value->label, sizeof value->label, "%s", label == NULL ? "" : label);
    free(label);
}

// Moves to the chip's next readable value; NULL after its last.
static const sensors_subfeature *next_subfeature(struct cpowersensors_libsensors_cursor *cursor) {
    while (cursor->current_feature != NULL) {
        const sensors_subfeature *subfeature =
            library.get_all_subfeatures(cursor->current_chip, cursor->current_feature, &cursor->subfeature);
        if (subfeature == NULL) {
            cursor->subfeature = 0;
            cursor->current_feature = library.get_features(cursor->current_chip, &cursor->feature);
        } else if (subfeature->flags & SENSORS_MODE_R) {
            return subfeature;
        }
    }
    return NULL;
}

static int step(void *argument) {
    struct cpowersensors_libsensors_cursor *cursor = argument;
    const sensors_subfeature *subfeature = next_subfeature(cursor);
    if (subfeature == NULL) {
        // The chip itself comes first, so that a chip whose values are all ignored is known, too.
        cursor->current_chip = library.get_detected_chips(NULL, &cursor->chip);
        if (cursor->current_chip == NULL) return 0;
        cursor->feature = 0;
        cursor->skips_labels = 0;
        cursor->current_feature = library.get_features(cursor->current_chip, &cursor->feature);
    }
    cursor->value.chip = cursor->chip - 1;
    describe(cursor->current_chip, cursor->current_feature, subfeature, cursor->skips_labels, &cursor->value);
    return 1;
}

int cpowersensors_libsensors_next(struct cpowersensors_libsensors_cursor *cursor) {
    memset(&cursor->value, 0, sizeof cursor->value);
    cursor->value.number = -1;
    return library.is_started && attempt(step, cursor) == 1;
}

struct reading {
    int chip, number;
    double *value;
};

static int read_value(void *argument) {
    struct reading *reading = argument;
    const sensors_chip_name *name = library.get_detected_chips(NULL, &reading->chip);
    return name == NULL ? CPOWERSENSORS_LIBSENSORS_FAILED : library.get_value(name, reading->number, reading->value);
}

int cpowersensors_libsensors_read(int chip, int number, double *value) {
    if (!library.is_started || __atomic_load_n(&library.is_broken, __ATOMIC_SEQ_CST)) {
        return CPOWERSENSORS_LIBSENSORS_FAILED;
    }
    struct reading reading = {chip, number, value};
    return attempt(read_value, &reading);
}

#else

int cpowersensors_libsensors_check(void) { return CPOWERSENSORS_LIBSENSORS_NOT_BUILT; }

int cpowersensors_libsensors_start(struct cpowersensors_libsensors_report *report) {
    memset(report, 0, sizeof *report);
    return CPOWERSENSORS_LIBSENSORS_NOT_BUILT;
}

int cpowersensors_libsensors_next(struct cpowersensors_libsensors_cursor *cursor) {
    (void)cursor;
    return 0;
}

int cpowersensors_libsensors_read(int chip, int number, double *value) {
    (void)chip, (void)number, (void)value;
    return CPOWERSENSORS_LIBSENSORS_NOT_BUILT;
}

#endif
