#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "CTwin.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

struct process {
    int number;
    int file;
    unsigned long long start;
    unsigned long long ticks;
    unsigned long long elapsed;
    unsigned long long energy;
};

struct ctwin_processes {
    int folder;
    int budget;
    int kept;
    size_t count;
    size_t capacity;
    struct process *known;
    struct process *next;
};

struct entry {
    unsigned long long number;
    long long offset;
    unsigned short length;
    unsigned char type;
    char name[];
};

ctwin_processes *ctwin_processes_open(void) {
    ctwin_processes *processes = calloc(1, sizeof *processes);
    struct rlimit limit;
    if (!processes) return NULL;
    processes->folder = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    processes->budget = getrlimit(RLIMIT_NOFILE, &limit) ? 384 : (int)(limit.rlim_cur * 3 / 8);
    processes->capacity = 65536;
    processes->known = calloc(processes->capacity, sizeof *processes->known);
    processes->next = calloc(processes->capacity, sizeof *processes->next);
    if (processes->folder >= 0 && processes->known && processes->next) return processes;
    ctwin_processes_close(processes);
    return NULL;
}

void ctwin_processes_close(ctwin_processes *processes) {
    for (size_t i = 0; i < processes->count; i++)
        if (processes->known[i].file >= 0) close(processes->known[i].file);
    if (processes->folder >= 0) close(processes->folder);
    free(processes->known);
    free(processes->next);
    free(processes);
}

// The times and the start behind the name, which may hold anything.
static int parse(const char *text, ssize_t length, struct process *process) {
    const char *at = length > 0 ? memrchr(text, ')', (size_t)length) : NULL;
    if (!at) return -1;
    int field = 2;
    unsigned long long user = 0;
    for (const char *end = text + length; at < end; at++) {
        if (*at != ' ') continue;
        field++;
        if (field != 14 && field != 15 && field != 22) continue;
        unsigned long long number = 0;
        for (at++; at < end && *at >= '0' && *at <= '9'; at++) number = number * 10 + (unsigned)(*at - '0');
        at--;
        if (field == 14) user = number;
        if (field == 15) process->ticks = user + number;
        if (field == 22) {
            process->start = number;
            return 0;
        }
    }
    return -1;
}

static int read_one(ctwin_processes *processes, struct process *process) {
    char text[640];
    if (process->file < 0) {
        char path[32];
        snprintf(path, sizeof path, "%d/stat", process->number);
        process->file = openat(processes->folder, path, O_RDONLY | O_CLOEXEC);
        if (process->file < 0) return -1;
        processes->kept++;
    }
    const ssize_t length = pread(process->file, text, sizeof text, 0);
    if (length < 0 || processes->kept > processes->budget) {
        close(process->file);
        process->file = -1;
        processes->kept--;
    }
    return parse(text, length, process);
}

long ctwin_processes_look(ctwin_processes *processes, uint64_t energy, uint64_t whole) {
    _Alignas(struct entry) char buffer[32768];
    size_t old = 0, count = 0;
    long bytes;
    lseek(processes->folder, 0, SEEK_SET);
    while ((bytes = syscall(SYS_getdents64, processes->folder, buffer, sizeof buffer)) > 0) {
        for (long at = 0; at < bytes;) {
            const struct entry *entry = (const struct entry *)(buffer + at);
            at += entry->length;
            if (entry->name[0] < '1' || entry->name[0] > '9') continue;
            const int number = atoi(entry->name);
            while (old < processes->count && processes->known[old].number < number) {
                if (processes->known[old].file >= 0) {
                    close(processes->known[old].file);
                    processes->kept--;
                }
                old++;
            }
            struct process now = {.number = number, .file = -1};
            const int isKnown = old < processes->count && processes->known[old].number == number;
            if (isKnown) now = processes->known[old];
            const unsigned long long ticks = now.ticks, start = now.start;
            if (isKnown) old++;
            if (count == processes->capacity || read_one(processes, &now)) continue;
            now.elapsed = isKnown && now.start == start && now.ticks > ticks ? now.ticks - ticks : 0;
            processes->next[count++] = now;
        }
    }
    struct process *swap = processes->known;
    processes->known = processes->next;
    processes->next = swap;
    processes->count = count;
    for (size_t i = 0; i < count; i++)
        if (processes->known[i].elapsed && whole)
            processes->known[i].energy += energy * processes->known[i].elapsed / whole;
    return (long)count;
}

int ctwin_raise_descriptor_limit(void) {
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit)) return errno;
    limit.rlim_cur = limit.rlim_max;
    return setrlimit(RLIMIT_NOFILE, &limit) ? errno : 0;
}

int ctwin_set_descriptor_limit(int descriptors) {
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit)) return errno;
    limit.rlim_cur = (rlim_t)descriptors;
    return setrlimit(RLIMIT_NOFILE, &limit) ? errno : 0;
}

int ctwin_spawn_sleepers(int count, int *numbers) {
    char *arguments[] = {"sleep", "3600", NULL};
    for (int i = 0; i < count; i++) {
        pid_t number;
        if (posix_spawnp(&number, "sleep", NULL, NULL, arguments, environ)) return i;
        numbers[i] = number;
    }
    return count;
}

void ctwin_end_sleepers(int count, const int *numbers) {
    for (int i = 0; i < count; i++) kill(numbers[i], SIGKILL);
    for (int i = 0; i < count; i++) waitpid(numbers[i], NULL, 0);
}
