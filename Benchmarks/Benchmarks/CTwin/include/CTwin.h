#ifndef CTWIN_H
#define CTWIN_H

#include <stddef.h>
#include <stdint.h>

/// The loop that the library is measured against: what a careful C program does to sum the energy of the same files.
///
/// For every sample it looks at CLOCK_BOOTTIME and CLOCK_MONOTONIC, and at CLOCK_BOOTTIME once more at the end, as
/// the library does; for every channel it reads the open file with one pread, parses and checks the decimal,
/// recovers the register's count from it, takes the difference modulo 2³², and adds it to a sum of 64 bits. What it
/// does not do, and the library does: tell resets and glitches from wraps, bound what a gap may hide, remember when
/// the number last changed, learn its rhythm, and keep a status for each channel.
typedef struct ctwin ctwin;

/// A loop with room for `capacity` channels. NULL where there is no memory.
ctwin *_Nullable ctwin_make(size_t capacity);

/// Opens the energy file of the zone in `folder`, whose range tells the energy of one count.
///
/// Returns 0 or an `errno`.
int ctwin_add(ctwin *_Nonnull twin, const char *_Nonnull folder);

void ctwin_close(ctwin *_Nonnull twin);

/// Takes one sample. Returns how many channels failed.
int ctwin_sample(ctwin *_Nonnull twin);

/// The counts of all channels since the first sample.
uint64_t ctwin_total(const ctwin *_Nonnull twin);

/// Takes `samples` samples and returns how many nanoseconds they took.
int64_t ctwin_time_samples(ctwin *_Nonnull twin, int samples);

/// Lets every register count one on, and writes what a driver would show. Not for use on sysfs itself.
///
/// Returns 0, or the `errno` of what failed.
int ctwin_move(ctwin *_Nonnull twin);

// Counter arithmetic alone.

/// Adds up the counts behind `count` numbers of a register of `nanojoules`, and returns the sum.
uint64_t ctwin_accumulate(const uint64_t *_Nonnull numbers, size_t count, uint64_t nanojoules);

// Timers and clocks.

/// CLOCK_MONOTONIC in nanoseconds.
int64_t ctwin_now(void);

/// CLOCK_BOOTTIME in nanoseconds.
int64_t ctwin_boottime(void);

/// The CPU time of the whole process in nanoseconds.
int64_t ctwin_cpu_time(void);

/// Sleeps until `deadline` on CLOCK_MONOTONIC.
void ctwin_sleep_until(int64_t deadline);

/// Starts a thread that wakes up on an absolute timer of `period` nanoseconds, and samples where `twin` is not NULL.
///
/// NULL where no thread can be started.
void *_Nullable ctwin_start_timer(ctwin *_Nullable twin, int64_t period);

/// Ends the thread, and returns how often it woke up.
int64_t ctwin_stop_timer(void *_Nonnull timer);

/// How often threads of this process went to sleep by themselves.
int64_t ctwin_sleeps(void);

// Allocations.

/// How often this thread asked for memory.
uint64_t ctwin_allocations_of_thread(void);

/// How often any thread of the process asked for memory.
uint64_t ctwin_allocations(void);

// perf.

/// Four events of processor 0's `msr` PMU, which every x86 kernel has: its time-stamp counter.
typedef struct ctwin_events ctwin_events;

/// Opens them, as one group or each for itself. NULL where perf or the PMU cannot be used.
ctwin_events *_Nullable ctwin_events_open(int are_grouped);

void ctwin_events_close(ctwin_events *_Nonnull events);

/// Reads all four `samples` times: with one read, or with four. Returns the nanoseconds, or -1 where a read failed.
int64_t ctwin_events_time(ctwin_events *_Nonnull events, int samples);

/// Reads a group `samples` times, each between the looks at the clocks that `ctwin_sample` has, checks what was read, and adds
/// up what each count gained. Returns the nanoseconds, or -1 where a read failed or shows that events do not count.
int64_t ctwin_events_time_sums(ctwin_events *_Nonnull events, int samples);

/// Lets the calling thread run on one processor only, or for a negative number on any. Returns 0 or an `errno`.
int ctwin_run_on(int processor);

// Mock machines.

/// Lets the program LayMachine, which lies beside this one, lay a machine of a kind, and copies out where it is.
///
/// Returns 0, or an `errno` with what the program said in `path`.
int ctwin_lay_machine(
    const char *_Nonnull folder, const char *_Nonnull kind, char *_Nonnull path, size_t size
);

/// Removes a folder and all that is in it. Returns 0 or an `errno`.
int ctwin_remove(const char *_Nonnull folder);

// Mounts.

/// Gives this process a view of the mounts that is its own. Returns 0 or an `errno`, EPERM for an ordinary user.
int ctwin_own_mounts(void);

/// Shows `source` in the place of `target`, to this process only. Returns 0 or an `errno`.
int ctwin_show(const char *_Nonnull source, const char *_Nonnull target);

/// Undoes `ctwin_show`.
int ctwin_hide(const char *_Nonnull target);

/// The number that a file holds; 0 where it holds none.
uint64_t ctwin_positive_number(const char *_Nonnull path);

// Peers: loaded when they are there, so that nothing depends on them.

/// Opens the package 0 of libpowercap with its files kept open. Returns NULL and says why not.
void *_Nullable ctwin_powercap_open(const char *_Nullable *_Nonnull why);

/// Reads up to four zones (package, core, dram, psys). Returns how many answered.
int ctwin_powercap_sample(void *_Nonnull powercap, uint64_t *_Nonnull energies);

void ctwin_powercap_close(void *_Nonnull powercap);

/// Opens libsensors and finds its values of power. Returns NULL and says why not.
void *_Nullable ctwin_sensors_open(const char *_Nullable *_Nonnull why);

/// Reads every value found. Returns how many answered.
int ctwin_sensors_sample(void *_Nonnull sensors, double *_Nonnull sum);

void ctwin_sensors_close(void *_Nonnull sensors);

// Processes.

/// The loop that the division by processor time is measured against: one listing of procfs, `stat` of each process from a
/// descriptor that is kept for as many as the library keeps, three eighths of the soft limit, its two times and its start,
/// and a share for each.
typedef struct ctwin_processes ctwin_processes;

/// Opens procfs. NULL where that fails.
ctwin_processes *_Nullable ctwin_processes_open(void);

void ctwin_processes_close(ctwin_processes *_Nonnull processes);

/// Looks once, and gives each process its share. Returns how many there are.
long ctwin_processes_look(ctwin_processes *_Nonnull processes, uint64_t energy, uint64_t whole);

/// Sets this process's soft limit of descriptors, or raises it to the hard one. Returns 0 or an `errno`.
int ctwin_set_descriptor_limit(int descriptors);
int ctwin_raise_descriptor_limit(void);

/// Starts processes that sleep. Returns how many could be started.
int ctwin_spawn_sleepers(int count, int *_Nonnull numbers);

/// Ends them.
void ctwin_end_sleepers(int count, const int *_Nonnull numbers);

#endif
