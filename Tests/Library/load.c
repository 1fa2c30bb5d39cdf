/* Loads the library and unloads it, as a plug-in of some program would: load PATH TIMES. */
#include "machine.h"

#include <dlfcn.h>
#include <powersensors.h>

static void load(const char *path, int times) {
    const int warm_up = times / 10 + 1;
    long kilobytes = 0;
    int files = 0;
    const void *first = NULL;
    for (int index = 0; index < warm_up + times; index++) {
        if (index == warm_up) kilobytes = resident_kilobytes(), files = open_files();
        void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
        if (library == NULL) fail(dlerror());
        int32_t (*open_function)(const powersensors_options *, powersensors_sampler **, powersensors_error *);
        void (*close_function)(powersensors_sampler *);
        *(void **)&open_function = dlsym(library, "powersensors_open");
        *(void **)&close_function = dlsym(library, "powersensors_close");
        check(open_function != NULL && close_function != NULL, "a function is missing");
        /* Swift's runtime cannot be unloaded, so the library says that it stays. */
        check(first == NULL || first == *(void **)&open_function, "the library was loaded at another place");
        first = *(void **)&open_function;
        powersensors_sampler *sampler = NULL;
        powersensors_options options = {.size = sizeof options, .sysfs = sysfs, .procfs = procfs};
        check(open_function(&options, &sampler, NULL) == POWERSENSORS_OK, "open");
        close_function(sampler);
        check(dlclose(library) == 0, "dlclose");
    }
    judge("loaded and unloaded", times, kilobytes, files);
}

int main(int count, char **arguments) {
    if (count != 3) return 64;
    make_machine();
    load(arguments[1], atoi(arguments[2]));
    remove_machine();
    return 0;
}
