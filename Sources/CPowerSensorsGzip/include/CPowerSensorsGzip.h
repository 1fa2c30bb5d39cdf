/// Gzip compression by zlib, for pages and pushes.
///
/// Without the trait `Exporters` these declarations have no implementation, and nothing calls them.
#ifndef CPOWERSENSORSGZIP_H
#define CPOWERSENSORSGZIP_H

#include <stddef.h>
#include <stdint.h>

/// A reusable gzip compressor, so that a page costs no set-up. Takes about 100 KB of memory.
typedef struct cpowersensorsgzip cpowersensorsgzip;

/// Makes a compressor; NULL if memory runs out.
cpowersensorsgzip *_Nullable cpowersensorsgzip_make(void);

/// Frees a compressor.
void cpowersensorsgzip_free(cpowersensorsgzip *_Nonnull gzip);

/// The most bytes that `length` bytes may take once compressed. Resets the compressor.
size_t cpowersensorsgzip_bound(cpowersensorsgzip *_Nonnull gzip, size_t length);

/// Compresses `input` into a whole gzip file (RFC 1952).
///
/// Returns the file's length; 0 if it exceeds `capacity`, if `length` or `capacity` is 4 GiB or more, or if zlib fails.
size_t cpowersensorsgzip_compress(cpowersensorsgzip *_Nonnull gzip, const uint8_t *_Nonnull input, size_t length,
                                  uint8_t *_Nonnull output, size_t capacity);

/// Expands a whole gzip file, as a test does that reads what was compressed.
///
/// Returns the content's length; 0 if it exceeds `capacity`, if `input` is no whole gzip file, or if memory runs out.
size_t cpowersensorsgzip_expand(const uint8_t *_Nonnull input, size_t length, uint8_t *_Nonnull output, size_t capacity);

#endif
