/// What pages and pushes need of C: gzip by zlib.
///
/// Without the trait `Exporters` there is nothing behind these declarations, and nothing calls them.
#ifndef CPOWERSENSORSGZIP_H
#define CPOWERSENSORSGZIP_H

#include <stddef.h>
#include <stdint.h>

/// A gzip compressor that is used again and again, so that a page costs no set-up. About 100 KB of memory.
typedef struct cpowersensorsgzip cpowersensorsgzip;

/// Makes a compressor; NULL where there is no memory.
cpowersensorsgzip *_Nullable cpowersensorsgzip_make(void);

/// Frees a compressor.
void cpowersensorsgzip_free(cpowersensorsgzip *_Nonnull gzip);

/// The room that `length` bytes may need once they are compressed.
size_t cpowersensorsgzip_bound(cpowersensorsgzip *_Nonnull gzip, size_t length);

/// Compresses `input` into a whole gzip file (RFC 1952).
///
/// Returns its length; 0 where the room is too small.
size_t cpowersensorsgzip_compress(cpowersensorsgzip *_Nonnull gzip, const uint8_t *_Nonnull input, size_t length,
                                  uint8_t *_Nonnull output, size_t room);

#endif
