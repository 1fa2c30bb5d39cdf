#define _GNU_SOURCE
#include "CPowerSensors.h"

#include <fcntl.h>

#if defined(__linux__)
#include <linux/openat2.h>
#include <sys/syscall.h>

int cpowersensors_open_in_root(int root, const char *path, int flags) {
    struct open_how how = {
        .flags = (uint64_t)(flags | O_CLOEXEC),
        .resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS,
    };
    long descriptor;
    do {
        descriptor = syscall(SYS_openat2, root, path, &how, sizeof how);
        // EAGAIN: a rename elsewhere raced with the walk; the kernel asks for another try (openat2(2)).
    } while (descriptor < 0 && (errno == EINTR || errno == EAGAIN));
    return descriptor < 0 ? -errno : (int)descriptor;
}

int cpowersensors_path_only_flag(void) { return O_PATH; }
#else
int cpowersensors_open_in_root(int root, const char *path, int flags) {
    (void)root, (void)path, (void)flags;
    return -ENOSYS;
}

int cpowersensors_path_only_flag(void) { return 0; }
#endif
