/* A machine of files, and what a process holds: for the programs beside it. */
#define _GNU_SOURCE
#include <dirent.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define ZONE "/class/powercap/intel-rapl:0"

static char root[64], sysfs[128], procfs[128], energy_file[256];
static uint64_t counts;

static void fail(const char *text) {
    fprintf(stderr, "library: %s\n", text);
    exit(1);
}

static void check(int holds, const char *text) {
    if (!holds) fail(text);
}

static void write_file(const char *path, const char *text) {
    const int file = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
    check(file >= 0 && write(file, text, strlen(text)) == (ssize_t)strlen(text), path);
    close(file);
}

/* The register's count as the kernel shows it, with its rounding: 2^-14 J a count are 61035 nJ, in 32 bits. */
static void advance(uint64_t more) {
    char text[32];
    counts += more;
    snprintf(text, sizeof text, "%-20" PRIu64 "\n", (counts & 0xffffffff) * 61035 / 1000);
    const int file = open(energy_file, O_WRONLY | O_CREAT, 0644);
    check(file >= 0 && pwrite(file, text, 21, 0) == 21, energy_file);
    close(file);
}

static void make_machine(void) {
    char path[256];
    strcpy(root, "/tmp/powersensors-library-XXXXXX");
    check(mkdtemp(root) != NULL, "no folder can be made");
    snprintf(sysfs, sizeof sysfs, "%s/sys", root);
    snprintf(procfs, sizeof procfs, "%s/proc", root);
    mkdir(procfs, 0755);
    const char *folders[] = {"", "/class", "/class/powercap", ZONE};
    for (size_t index = 0; index < 4; index++) {
        snprintf(path, sizeof path, "%s%s", sysfs, folders[index]);
        check(mkdir(path, 0755) == 0, path);
    }
    snprintf(path, sizeof path, "%s" ZONE "/name", sysfs);
    write_file(path, "package-0\n");
    snprintf(path, sizeof path, "%s" ZONE "/max_energy_range_uj", sysfs);
    write_file(path, "262143328850\n");
    snprintf(energy_file, sizeof energy_file, "%s" ZONE "/energy_uj", sysfs);
    counts = 0xffffff00;
    advance(0);
}

static void remove_machine(void) {
    char command[128];
    snprintf(command, sizeof command, "rm -rf '%s'", root);
    if (system(command) != 0) fail("the folder cannot be removed");
}

static long resident_kilobytes(void) {
    long pages = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    check(file != NULL && fscanf(file, "%*d %ld", &pages) == 1, "no statm");
    fclose(file);
    return pages * (sysconf(_SC_PAGESIZE) / 1024);
}

static int open_files(void) {
    int count = 0;
    DIR *folder = opendir("/proc/self/fd");
    check(folder != NULL, "no fd folder");
    while (readdir(folder) != NULL) count++;
    closedir(folder);
    return count;
}

/* Memory must not grow by more than 64 bytes a time: what is left is the allocator's. */
static void judge(const char *what, int times, long kilobytes, int files) {
    const long grown = resident_kilobytes() - kilobytes;
    printf("library: %s %d times: %+ld KiB, %+d open files\n", what, times, grown, open_files() - files);
    check(grown <= 256 + times / 16, "memory grows");
    check(open_files() == files, "files stay open");
}
