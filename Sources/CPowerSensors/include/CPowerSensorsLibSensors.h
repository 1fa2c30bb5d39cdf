#ifndef CPOWERSENSORSLIBSENSORS_H
#define CPOWERSENSORSLIBSENSORS_H

/// libsensors, which is loaded at run time where it is installed.
///
/// Its state is the process's: whoever calls must keep all other calls away meanwhile.

enum {
    /// Its header was not there when this was built.
    CPOWERSENSORS_LIBSENSORS_NOT_BUILT = 1,
    /// There is no libsensors.so.5.
    CPOWERSENSORS_LIBSENSORS_ABSENT = 2,
    /// The library lacks a function that it should have.
    CPOWERSENSORS_LIBSENSORS_FOREIGN = 3,
    /// It could not read its configuration, or the kernel's chips.
    CPOWERSENSORS_LIBSENSORS_FAILED = 4,
    /// It ran into what it takes for fatal, such as no memory; it must not be used again.
    CPOWERSENSORS_LIBSENSORS_FATAL = 5,
};

/// What loading the configuration said.
struct cpowersensors_libsensors_report {
    /// How many lines of the configuration it did not understand.
    int errors;
    /// Where the first one is, and what is wrong with it.
    int line;
    char file[256];
    char message[256];
};

/// Where a walk through the values is; all zeros at its start.
struct cpowersensors_libsensors_place {
    int chip, feature, subfeature;
    const void *_Nullable current_chip;
    const void *_Nullable current_feature;
};

/// One value of one chip.
struct cpowersensors_libsensors_value {
    /// The chip's place in the library's list.
    int chip;
    /// The value's number in the chip; negative for a chip that has no value left.
    int number;
    /// Whether the configuration may compute it.
    int may_be_computed;
    /// The chip's folder in sysfs, and its name.
    char path[256];
    char prefix[64];
    /// The file's name, such as `in0_input`, what it is a part of, such as `in0`, and the latter's label.
    char name[64];
    char feature[64];
    char label[128];
};

/// Loads the library where that was not done, and reads the configuration and the chips anew.
///
/// Returns 0, or one of the reasons above. It prints nothing and never ends the process.
int cpowersensors_libsensors_start(struct cpowersensors_libsensors_report *_Nonnull report);

/// Goes to the next value, or to a chip without any.
///
/// Returns 1, or 0 at the end.
int cpowersensors_libsensors_next(
    struct cpowersensors_libsensors_place *_Nonnull place, struct cpowersensors_libsensors_value *_Nonnull value);

/// Reads one value, with what the configuration computes, in V, A, W, J or °C.
///
/// Returns 0, or the library's own number of an error, or one of the reasons above; negative where it is the library's.
int cpowersensors_libsensors_read(int chip, int number, double *_Nonnull value);

/// Whether the library can be loaded: 0, or one of the reasons above. Nothing is read.
int cpowersensors_libsensors_look(void);

#endif
