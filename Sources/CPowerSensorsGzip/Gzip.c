#include "CPowerSensorsGzip.h"

#if defined(POWERSENSORS_EXPORTERS)

#include <stdlib.h>
#include <zlib.h>

struct cpowersensorsgzip {
    z_stream stream;
};

// The fastest level: pages of metrics are so repetitive that the best level saves only a few more bytes. A window of 8 KB holds
// several dozen lines, enough to find a similar one; adding 16 selects gzip's format instead of zlib's.
enum { LEVEL = 1, WINDOW_BITS = 13 + 16, MEMORY_LEVEL = 7 };

cpowersensorsgzip *cpowersensorsgzip_make(void) {
    cpowersensorsgzip *gzip = calloc(1, sizeof *gzip);
    if (gzip == NULL) return NULL;
    if (deflateInit2(&gzip->stream, LEVEL, Z_DEFLATED, WINDOW_BITS, MEMORY_LEVEL, Z_DEFAULT_STRATEGY) != Z_OK) {
        free(gzip);
        return NULL;
    }
    return gzip;
}

void cpowersensorsgzip_free(cpowersensorsgzip *gzip) {
    deflateEnd(&gzip->stream);
    free(gzip);
}

size_t cpowersensorsgzip_bound(cpowersensorsgzip *gzip, size_t length) {
    // After the end of a file zlib no longer counts the header and trailer, and would return too little for the
    // next one.
    deflateReset(&gzip->stream);
    return deflateBound(&gzip->stream, length);
}

size_t cpowersensorsgzip_compress(cpowersensorsgzip *gzip, const uint8_t *input, size_t length, uint8_t *output,
                                  size_t capacity) {
    if (length > UINT32_MAX || capacity > UINT32_MAX || deflateReset(&gzip->stream) != Z_OK) return 0;
    gzip->stream.next_in = (Bytef *)input;
    gzip->stream.avail_in = (uInt)length;
    gzip->stream.next_out = output;
    gzip->stream.avail_out = (uInt)capacity;
    return deflate(&gzip->stream, Z_FINISH) == Z_STREAM_END ? capacity - gzip->stream.avail_out : 0;
}

size_t cpowersensorsgzip_expand(const uint8_t *input, size_t length, uint8_t *output, size_t capacity) {
    if (length > UINT32_MAX || capacity > UINT32_MAX) return 0;
    z_stream stream = {.next_in = (Bytef *)input, .avail_in = (uInt)length, .next_out = output, .avail_out = (uInt)capacity};
    if (inflateInit2(&stream, 15 + 16) != Z_OK) return 0;
    const int result = inflate(&stream, Z_FINISH);
    inflateEnd(&stream);
    return result == Z_STREAM_END ? capacity - stream.avail_out : 0;
}

#endif
