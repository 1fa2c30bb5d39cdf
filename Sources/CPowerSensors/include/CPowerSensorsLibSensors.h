#ifndef CPOWERSENSORSLIBSENSORS_H
#define CPOWERSENSORSLIBSENSORS_H

/// Access to libsensors, which is loaded at run time if it is installed.
///
/// Its state is shared by the whole process: callers must prevent concurrent calls.

/// Why it cannot be used. `LibSensors.Failure` has the same numbers.
enum {
    /// Its header was not available at build time.
    CPOWERSENSORS_LIBSENSORS_NOT_BUILT = 1,
    /// There is no libsensors.so.5.
    CPOWERSENSORS_LIBSENSORS_ABSENT = 2,
    /// The library is not compatible: it lacks a function that it should have.
    CPOWERSENSORS_LIBSENSORS_FOREIGN = 3,
    /// It could not read its configuration, or the kernel's chips.
    CPOWERSENSORS_LIBSENSORS_FAILED = 4,
    /// It met an error that it considers fatal, such as a lack of memory, and must not be used again.
    CPOWERSENSORS_LIBSENSORS_FATAL = 5,
};

/// What went wrong while loading the configuration.
struct cpowersensors_libsensors_report {
    /// How many lines it did not understand.
    int errors;
    /// The first of them.
    int line;
    char file[256];
    char message[256];
};

/// One value of one chip.
struct cpowersensors_libsensors_value {
    /// The chip's index in the library's list.
    int chip;
    /// The value's number in the chip; negative for the chip itself, which comes before its values.
    int number;
    /// Whether the configuration may compute it.
    int may_be_computed;
    /// The chip's folder in sysfs, and its name.
    char path[256];
    char prefix[64];
    /// The file's name, such as `in0_input`, the feature that it belongs to, such as `in0`, and the feature's label.
    char name[64];
    char feature[64];
    char label[128];
};

/// A position in an iteration over the values, and the value there. All zeros is before the first.
struct cpowersensors_libsensors_cursor {
    struct cpowersensors_libsensors_value value;
    int chip, feature, subfeature;
    /// Set it at a chip to learn nothing of its values that would need a read of its files.
    int skips_labels;
    const void *_Nullable current_chip;
    const void *_Nullable current_feature;
};

/// Loads the library if necessary, and reads the configuration and the chips again.
///
/// Returns 0, or one of the reasons above. It prints nothing and never ends the process.
int cpowersensors_libsensors_start(struct cpowersensors_libsensors_report *_Nonnull report);

/// Moves to the next value or chip. Returns 1, or 0 at the end.
int cpowersensors_libsensors_next(struct cpowersensors_libsensors_cursor *_Nonnull cursor);

/// Reads a value with the configuration's computations, in V, A, W, J or °C.
///
/// Returns 0, one of the reasons above, or the library's own error number, which is negative.
int cpowersensors_libsensors_read(int chip, int number, double *_Nonnull value);

/// Loads the library without reading anything. Returns 0, or one of the reasons above.
int cpowersensors_libsensors_check(void);

#endif
