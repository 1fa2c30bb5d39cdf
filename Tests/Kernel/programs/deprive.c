/*
 * Runs a program with fewer rights than root's.
 *
 *   deprive user PROGRAM ...           as an ordinary user
 *   deprive capabilities PROGRAM ...   as root without any capability
 *   deprive all-but NUMBER PROGRAM ... as an ordinary user with one capability
 */
#define _GNU_SOURCE
#include <errno.h>
#include <grp.h>
#include <linux/capability.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#define NOBODY 65534

static void end(const char *what)
{
    fprintf(stderr, "deprive: %s: %s\n", what, strerror(errno));
    exit(126);
}

/* Leaves one capability in the sets of this process, or none where its number is negative. */
static void set_capabilities(int kept)
{
    struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
    struct __user_cap_data_struct sets[2] = { { 0 } };

    if (kept >= 0) {
        struct __user_cap_data_struct *set = &sets[kept / 32];
        set->effective = set->permitted = set->inheritable = 1u << kept % 32;
    }
    if (syscall(SYS_capset, &header, sets) != 0) end("capabilities");
    if (kept >= 0 && prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, kept, 0, 0) != 0) end("ambient capability");
}

/* Root gets every capability of the bounding set anew with each program. */
static void empty_bounding_set(void)
{
    for (int number = 0; prctl(PR_CAPBSET_READ, number, 0, 0, 0) >= 0; number++)
        if (prctl(PR_CAPBSET_DROP, number, 0, 0, 0) != 0) end("bounding set");
}

static void become_nobody(void)
{
    if (prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) != 0) end("capabilities");
    if (setgroups(0, NULL) != 0 || setgid(NOBODY) != 0 || setuid(NOBODY) != 0) end("user");
}

int main(int count, char **arguments)
{
    char **program = NULL;

    if (count > 2 && strcmp(arguments[1], "user") == 0) {
        become_nobody();
        set_capabilities(-1);
        program = arguments + 2;
    } else if (count > 2 && strcmp(arguments[1], "capabilities") == 0) {
        empty_bounding_set();
        set_capabilities(-1);
        program = arguments + 2;
    } else if (count > 3 && strcmp(arguments[1], "all-but") == 0) {
        become_nobody();
        set_capabilities(atoi(arguments[2]));
        program = arguments + 3;
    } else {
        fprintf(stderr, "usage: deprive user|capabilities|all-but NUMBER PROGRAM ...\n");
        return 64;
    }
    execvp(program[0], program);
    end(program[0]);
}
