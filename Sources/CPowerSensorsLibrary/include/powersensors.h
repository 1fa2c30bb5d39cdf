#ifndef POWERSENSORS_H
#define POWERSENSORS_H

/// How much energy and power this machine uses: the C interface of Power Sensors.
///
///     powersensors_sampler *sampler = NULL;
///     powersensors_error error = {.size = sizeof error};
///     if (powersensors_open(NULL, &sampler, &error) != POWERSENSORS_OK) {
///         fprintf(stderr, "%s %s\n", error.text, error.remedy);
///         return 1;
///     }
///     powersensors_measurement *measurement = NULL;
///     powersensors_measure_begin(sampler, &measurement);
///     work();
///     powersensors_snapshot *snapshot = NULL;
///     powersensors_measure_end(measurement, &snapshot);
///     powersensors_host host = {.size = sizeof host};
///     for (size_t index = 0; powersensors_read_host(snapshot, index, &host) == POWERSENSORS_OK; index++)
///         printf("%s: %.3f J\n", host.scope, host.energy);
///     powersensors_release(snapshot);
///     powersensors_close(sampler);
///
/// **Values.** Energy is in joules, power in watts, time in seconds unless a name says otherwise. A number that is not known is NaN
/// and never 0; `status` says why. Sums of register counts are exact in a double.
///
/// **Structs** begin with their size, which the caller sets to `sizeof`. A later version of the library may add fields at the end: it
/// fills as many as the caller's size has, and sets `size` to what it has filled. A size that is no multiple of 8, below 16 for what is
/// filled and 8 for options, or above 65536, is `POWERSENSORS_INVALID_SIZE`.
///
/// **Errors** are returned as negative codes, and a null pointer where one is needed is `POWERSENSORS_INVALID_ARGUMENT`. A pointer that
/// has been closed, ended or released must not be used again. Nothing is printed, no process is ended, no environment is read by this
/// interface, and there is no global state: samplers and monitors are independent of each other.
///
/// **Threads.** Every function may be called from any thread. Calls with one sampler wait for each other, as long as a sample takes;
/// everything else does not wait. A snapshot does not change, so any number of threads may read it. Two threads must not end one
/// measurement, or close, stop or release one pointer, while another still uses it. Only a monitor has a thread, and after fork(2) the
/// child may use neither monitors nor samplers that another thread was using.

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__clang__)
#define POWERSENSORS_NULLABLE _Nullable
#else
#define POWERSENSORS_NULLABLE
#endif

/// What functions return.
enum {
    /// It worked.
    POWERSENSORS_OK = 0,
    /// An argument is null, or out of its range.
    POWERSENSORS_INVALID_ARGUMENT = -1,
    /// The size of a struct is not possible, or an option is set that this version of the library does not have.
    POWERSENSORS_INVALID_SIZE = -2,
    /// There is no element with this index: the list has ended.
    POWERSENSORS_END = -3,
    /// No sensor works here. The error's text and remedy say why, and what to do about it.
    POWERSENSORS_NOTHING_TO_READ = -4,
    /// This machine has no figure of the scope that the options ask for.
    POWERSENSORS_NO_SUCH_SCOPE = -5,
    /// There is no sensor of a name in the options.
    POWERSENSORS_NO_SUCH_SENSOR = -6,
    /// A folder in the options cannot be opened; the error has the number.
    POWERSENSORS_NO_SUCH_FOLDER = -7,
    /// The system refused to start a thread; the error has the number.
    POWERSENSORS_NO_THREAD = -8,
    /// The monitor has not sampled yet.
    POWERSENSORS_NOT_YET = -9,
};

/// Whether a value is known and, if not, why. Later versions may add some.
enum {
    /// Known. The same number as `POWERSENSORS_OK`.
    POWERSENSORS_KNOWN = 0,
    /// The source answers, but the value needs one more reading; in a measurement, the work ended before anything was counted.
    POWERSENSORS_WARMING_UP = 1,
    /// A part of a sum is missing, so the sum is unknown rather than smaller.
    POWERSENSORS_PARTIAL = 2,
    /// There is nothing to read.
    POWERSENSORS_ABSENT = 3,
    /// This process lacks the permission.
    POWERSENSORS_FORBIDDEN = 4,
    /// Reading failed; `error_number` says how.
    POWERSENSORS_IO = 5,
    /// The value cannot be true.
    POWERSENSORS_IMPLAUSIBLE = 6,
    /// The source has not answered or changed for longer than it should take.
    POWERSENSORS_STALE = 7,
    /// The device sleeps and is not woken.
    POWERSENSORS_ASLEEP = 8,
    /// After a gap the energy is a lower bound, and the power is known only by its bounds.
    POWERSENSORS_AMBIGUOUS = 9,
};

/// Flags of the options.
enum {
    /// If nothing measures, fail with `POWERSENSORS_NOTHING_TO_READ` instead of estimating.
    POWERSENSORS_NO_ESTIMATOR = 1,
    /// Use labels and computed values of libsensors, if it is installed. It has one state per process, so leave this out if the
    /// program uses libsensors itself.
    POWERSENSORS_LIBSENSORS = 2,
};

/// Reads the sensors on the caller's threads. No thread is started.
typedef struct powersensors_sampler powersensors_sampler;

/// A piece of work that is being measured.
typedef struct powersensors_measurement powersensors_measurement;

/// Reads the sensors on a thread of its own.
typedef struct powersensors_monitor powersensors_monitor;

/// The figures of one interval, which do not change.
typedef struct powersensors_snapshot powersensors_snapshot;

/// What to open. All bytes 0 but the size: every sensor of this machine, the best of each that works.
typedef struct powersensors_options {
    /// `sizeof(powersensors_options)`.
    uint32_t size;
    /// `POWERSENSORS_NO_ESTIMATOR` and the like.
    uint32_t flags;
    /// Folders to use in place of `/sys`, `/proc` and `/dev`, as in a container or a test; null for these themselves.
    const char *POWERSENSORS_NULLABLE sysfs;
    const char *POWERSENSORS_NULLABLE procfs;
    const char *POWERSENSORS_NULLABLE dev;
    /// The sensors to use, such as `rapl`, `rapl:powercap` or `estimator`, ended by a null pointer; null for all, with the
    /// estimator only if no other gives a host figure.
    const char *POWERSENSORS_NULLABLE const *POWERSENSORS_NULLABLE sensors;
    /// Channels, chips, supplies and devices to leave out, unread, ended by a null pointer; null for none.
    const char *POWERSENSORS_NULLABLE const *POWERSENSORS_NULLABLE ignored;
    /// The scope of the headline: `cpu`, `platform`, `battery` or `wall`; null for the best there is.
    const char *POWERSENSORS_NULLABLE scope;
    /// In a virtual machine, the folder of the host's share; null to look for it.
    const char *POWERSENSORS_NULLABLE share;
    /// The highest power of any one channel in watts; 0 to take each channel's own limits.
    double maximum_power;
} powersensors_options;

/// Why something could not be opened. Set `size`; all else is filled. Texts are UTF-8, end with a zero byte, and are cut off if they
/// are longer.
typedef struct powersensors_error {
    uint32_t size;
    /// The code that was returned.
    int32_t code;
    /// The number of the system's error (errno(3)); 0 if there is none.
    int32_t error_number;
    int32_t reserved;
    /// What it is about: a file, a sensor or an argument; empty if there is nothing to name.
    char subject[256];
    /// One sentence for people.
    char text[1024];
    /// What to do about it, as a command if there is one; empty if nothing is known.
    char remedy[1024];
} powersensors_error;

/// Something that is missing or limited.
typedef struct powersensors_finding {
    uint32_t size;
    /// 0 for information, 1 for a warning, 2 for an error: a whole sensor that does not work.
    int32_t severity;
    /// The cause as one word, such as `forbidden`.
    char reason[64];
    char subject[256];
    char text[1024];
    char remedy[1024];
} powersensors_finding;

/// When and of what a snapshot is.
typedef struct powersensors_summary {
    uint32_t size;
    /// The number of the discovery within a sampler or monitor, from 1; each has its own channels.
    int32_t generation;
    uint32_t host_count;
    uint32_t channel_count;
    /// Wall time in nanoseconds since 1970 UTC: a time stamp, with which nothing is calculated. 0 for a measurement.
    int64_t time_nanoseconds;
    /// CLOCK_BOOTTIME in nanoseconds. 0 for a measurement.
    int64_t boottime_nanoseconds;
    /// The time since the previous snapshot, NaN for the first; of a measurement, how long the work took. Suspended time is included.
    double interval;
    /// How long it took to read all channels; NaN for a measurement.
    double reading_time;
    /// The longest safe time between two samples, or the length of a measurement, in which no counter wraps unseen; infinite if there is
    /// no limit, NaN for a monitor, which takes care of it.
    double longest_safe_interval;
} powersensors_summary;

/// A figure of the whole host, in one scope. Figures of different scopes must not be added.
///
/// Strings are valid until the snapshot is released.
typedef struct powersensors_host {
    uint32_t size;
    int32_t status;
    /// `cpu` (processors and memory), `platform` (the whole board), `battery` or `wall`.
    const char *POWERSENSORS_NULLABLE scope;
    /// `measured`, `shared` (by a virtual machine's host) or `estimated`.
    const char *POWERSENSORS_NULLABLE provenance;
    const char *POWERSENSORS_NULLABLE sensor;
    /// 1 for the figure to show first.
    int32_t is_headline;
    /// The system's number for `POWERSENSORS_IO`, else 0.
    int32_t error_number;
    /// Since the sampler was opened or the monitor was started; of a measurement, during the work.
    double energy;
    /// Bounds of the energy. Only a measurement has them: they hold the truth, or of an estimate its 68 % band.
    double energy_low;
    double energy_high;
    /// The mean over the interval.
    double power;
    /// Bounds of the power; NaN if it is certain. A measurement has none.
    double power_low;
    double power_high;
} powersensors_host;

/// One channel: what it is, and its figures.
///
/// Strings are valid until the snapshot is released; null where there is none. Numbers are -1 where there is none.
typedef struct powersensors_channel {
    uint32_t size;
    int32_t status;
    /// `sensor/component/…`, such as `rapl/package-0/core`: stable across reboots.
    const char *POWERSENSORS_NULLABLE id;
    const char *POWERSENSORS_NULLABLE sensor;
    const char *POWERSENSORS_NULLABLE mechanism;
    const char *POWERSENSORS_NULLABLE provenance;
    /// `energy`, `power`, `temperature` and others, and its unit: `joules`, `watts`, `celsius`.
    const char *POWERSENSORS_NULLABLE quantity;
    const char *POWERSENSORS_NULLABLE unit;
    /// The scope whose host figure it is a part of; null if it is none.
    const char *POWERSENSORS_NULLABLE counts_in;
    /// `package`, `dram`, `core`, `uncore` or `psys`.
    const char *POWERSENSORS_NULLABLE domain;
    const char *POWERSENSORS_NULLABLE chip;
    const char *POWERSENSORS_NULLABLE supply;
    const char *POWERSENSORS_NULLABLE device;
    const char *POWERSENSORS_NULLABLE label;
    /// The `id` of the channel that contains it.
    const char *POWERSENSORS_NULLABLE parent;
    int32_t socket;
    int32_t die;
    int32_t core;
    /// The system's number for `POWERSENSORS_IO`, else 0.
    int32_t error_number;
    /// As in `powersensors_host`; NaN for quantities other than energy and power.
    double energy;
    double power;
    double power_low;
    double power_high;
    /// What a gauge shows, in `unit`; NaN for a counter and in a measurement.
    double value;
    /// How much more energy there may have been.
    double ambiguous_energy;
    /// How often the counter wrapped around, and was reset, since the start; 0 in a measurement.
    int64_t wraps;
    int64_t resets;
} powersensors_channel;

/// Returns the version of the library, such as `0.1.0`.
const char *POWERSENSORS_NULLABLE powersensors_version(void);

/// Returns the word for a code or a status, such as `invalid_size` or `warming_up`; null for another number. It is valid for ever.
const char *POWERSENSORS_NULLABLE powersensors_name(int32_t code);

/// Finds and opens the sensors. It takes some milliseconds, and keeps about one descriptor per channel.
///
/// - options: What to open; null for everything.
/// - sampler: Set to the sampler, to be closed by `powersensors_close`; to null if it fails.
/// - error: Filled if it fails; may be null.
int32_t powersensors_open(
    const powersensors_options *POWERSENSORS_NULLABLE options,
    powersensors_sampler *POWERSENSORS_NULLABLE *POWERSENSORS_NULLABLE sampler, powersensors_error *POWERSENSORS_NULLABLE error);

/// Closes a sampler; null does nothing. A measurement that has begun may still be ended.
void powersensors_close(powersensors_sampler *POWERSENSORS_NULLABLE sampler);

/// Reads every channel once, and makes a snapshot of the interval since the previous one.
///
/// The first has energies of 0 J and no power of counters. If more time passes than `longest_safe_interval`, a counter may wrap
/// unseen, and what may be missing is reported as ambiguous. With a null `snapshot` the energy is counted and nothing is made.
int32_t powersensors_sample(
    powersensors_sampler *POWERSENSORS_NULLABLE sampler,
    powersensors_snapshot *POWERSENSORS_NULLABLE *POWERSENSORS_NULLABLE snapshot);

/// Fills what is missing or limited now, `POWERSENSORS_END` after the last. The list may change with each sample.
int32_t powersensors_read_finding(
    powersensors_sampler *POWERSENSORS_NULLABLE sampler, size_t index, powersensors_finding *POWERSENSORS_NULLABLE finding);

/// Begins to measure a piece of work, by reading every channel once. Any number may overlap, and `powersensors_sample` is not affected.
/// The first one also watches for 5 ms, on a busy machine 100 ms at most, how often counters count, which its bounds depend on.
///
/// - measurement: Set to the measurement, to be ended by `powersensors_measure_end`.
int32_t powersensors_measure_begin(
    powersensors_sampler *POWERSENSORS_NULLABLE sampler,
    powersensors_measurement *POWERSENSORS_NULLABLE *POWERSENSORS_NULLABLE measurement);

/// Ends a measurement, by reading every channel once, and makes a snapshot of the work's energy.
///
/// The measurement is gone afterwards, whatever is returned. With a null `snapshot` it is given up, and nothing is read.
int32_t powersensors_measure_end(
    powersensors_measurement *POWERSENSORS_NULLABLE measurement,
    powersensors_snapshot *POWERSENSORS_NULLABLE *POWERSENSORS_NULLABLE snapshot);

/// Finds and opens the sensors, and samples them on a thread of its own, so often that no counter wraps unseen. More threads are started
/// where chips, supplies or slow sensors are read. It notices within ten seconds what is added or removed.
///
/// - options: What to open; null for everything.
/// - interval: The interval of `powersensors_monitor_latest` in seconds, from 0.001 to 86400; 0 for 1 s.
/// - monitor: Set to the monitor, to be stopped by `powersensors_monitor_stop`; to null if it fails.
/// - error: Filled if it fails; may be null.
int32_t powersensors_monitor_start(
    const powersensors_options *POWERSENSORS_NULLABLE options, double interval,
    powersensors_monitor *POWERSENSORS_NULLABLE *POWERSENSORS_NULLABLE monitor,
    powersensors_error *POWERSENSORS_NULLABLE error);

/// Gives the monitor's latest snapshot, of its last whole interval. It reads nothing, and does not wait.
///
/// `POWERSENSORS_NOT_YET` before the first sample.
int32_t powersensors_monitor_latest(
    powersensors_monitor *POWERSENSORS_NULLABLE monitor,
    powersensors_snapshot *POWERSENSORS_NULLABLE *POWERSENSORS_NULLABLE snapshot);

/// Fills what the monitor's latest discovery found missing or limited, `POWERSENSORS_END` after the last.
int32_t powersensors_monitor_finding(
    powersensors_monitor *POWERSENSORS_NULLABLE monitor, size_t index, powersensors_finding *POWERSENSORS_NULLABLE finding);

/// Stops a monitor, and waits for its thread, at most three seconds where a device does not answer. Null does nothing.
void powersensors_monitor_stop(powersensors_monitor *POWERSENSORS_NULLABLE monitor);

/// Fills when and of what a snapshot is.
int32_t powersensors_read_summary(
    const powersensors_snapshot *POWERSENSORS_NULLABLE snapshot, powersensors_summary *POWERSENSORS_NULLABLE summary);

/// Fills the host figure with an index from 0, `POWERSENSORS_END` after the last.
int32_t powersensors_read_host(
    const powersensors_snapshot *POWERSENSORS_NULLABLE snapshot, size_t index, powersensors_host *POWERSENSORS_NULLABLE host);

/// Fills the channel with an index from 0, `POWERSENSORS_END` after the last. Within a generation the order is the same.
int32_t powersensors_read_channel(
    const powersensors_snapshot *POWERSENSORS_NULLABLE snapshot, size_t index,
    powersensors_channel *POWERSENSORS_NULLABLE channel);

/// Releases a snapshot, and the strings that were read of it; null does nothing.
void powersensors_release(powersensors_snapshot *POWERSENSORS_NULLABLE snapshot);

#ifdef __cplusplus
}
#endif

#endif
