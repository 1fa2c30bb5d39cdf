/// What the endpoint needs of C: passwords by libcrypt, and a digest.
///
/// Without the trait `Exporters` there is nothing behind these declarations, and nothing calls them.
#ifndef CPOWERSENSORSHTTP_H
#define CPOWERSENSORSHTTP_H

#include <stddef.h>
#include <stdint.h>

/// libcrypt was not found, or has no `crypt_r`.
#define CPOWERSENSORSHTTP_NO_LIBCRYPT (-1)
/// libcrypt does not know this kind of hash.
#define CPOWERSENSORSHTTP_UNKNOWN_HASH (-2)
/// There is no memory.
#define CPOWERSENSORSHTTP_NO_MEMORY (-3)

/// Compares a password with its hash, as libcrypt's crypt_r(3) makes it. Slow, as it is meant to be.
///
/// libcrypt is loaded when it is first asked for, so that the program also starts where there is none.
/// Returns 1 where they belong together and 0 where they do not, or one of the negative codes above.
int cpowersensorshttp_password_matches(const char *_Nonnull password, const char *_Nonnull hash);

/// The SHA-256 digest (FIPS 180-4) of `length` bytes; 32 bytes are written to `digest`.
void cpowersensorshttp_sha256(const uint8_t *_Nonnull input, size_t length, uint8_t *_Nonnull digest);

/// Whether two memories hold the same bytes; how long it takes tells nothing about where they differ.
int cpowersensorshttp_is_equal(const uint8_t *_Nonnull left, const uint8_t *_Nonnull right, size_t length);

#endif
