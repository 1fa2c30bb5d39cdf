/// Password checks by libcrypt, and the live page, for the HTTP endpoint.
///
/// Without the trait `Exporters` these declarations have no implementation, and nothing calls them.
#ifndef CPOWERSENSORSHTTP_H
#define CPOWERSENSORSHTTP_H

#include <stddef.h>

/// libcrypt was not found, or has no `crypt_r`.
#define CPOWERSENSORSHTTP_NO_LIBCRYPT (-1)
/// libcrypt does not support this kind of hash.
#define CPOWERSENSORSHTTP_UNKNOWN_HASH (-2)
/// Out of memory.
#define CPOWERSENSORSHTTP_NO_MEMORY (-3)

/// Compares a password with its hash by libcrypt's crypt_r(3). Slow by design.
///
/// libcrypt is loaded on the first call, so the program also starts on machines without it.
/// Returns 1 for a match, 0 for a mismatch, or one of the negative codes above.
int cpowersensorshttp_check_password(const char *_Nonnull password, const char *_Nonnull hash);

/// The live page, which the files in the folder LivePage make, and how many bytes it has. It is never released.
const unsigned char *_Nonnull cpowersensorshttp_page(size_t *_Nonnull count);

#endif
