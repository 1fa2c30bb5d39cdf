#include "CTwin.h"

#include <errno.h>
#include <sched.h>
#include <sys/mount.h>

int ctwin_own_mounts(void) {
    if (unshare(CLONE_NEWNS) != 0) return errno;
    // Else what is mounted here would be seen by everybody.
    return mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 ? errno : 0;
}

int ctwin_show(const char *source, const char *target) {
    return mount(source, target, NULL, MS_BIND, NULL) != 0 ? errno : 0;
}

int ctwin_hide(const char *target) { return umount2(target, MNT_DETACH) != 0 ? errno : 0; }
