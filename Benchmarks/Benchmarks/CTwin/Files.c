#include "CTwin.h"

#include <errno.h>
#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

int ctwin_lay_machine(const char *folder, const char *kind, char *path, size_t size) {
    char program[PATH_MAX], command[2 * PATH_MAX];
    ssize_t length = readlink("/proc/self/exe", program, sizeof program - 1);
    if (length < 0) return errno;
    program[length] = 0;
    char *name = strrchr(program, '/');
    if (name != NULL) *name = 0;
    snprintf(command, sizeof command, "'%s/LayMachine' '%s' '%s'", program, folder, kind);
    FILE *answer = popen(command, "re");
    if (answer == NULL) return errno;
    path[0] = 0;
    if (fgets(path, (int)size, answer) == NULL) path[0] = 0;
    path[strcspn(path, "\n")] = 0;
    return pclose(answer) == 0 ? 0 : ECHILD;
}

static int remove_one(const char *path, const struct stat *status, int kind, struct FTW *place) {
    (void)status, (void)kind, (void)place;
    return remove(path);
}

int ctwin_remove(const char *folder) { return nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS) == 0 ? 0 : errno; }
