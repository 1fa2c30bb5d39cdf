#include "CAllocationCounter.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define CALLOCATIONCOUNTER_SANITIZED 1
#endif
#endif

static _Thread_local uint64_t allocations;

uint64_t callocationcounter_count(void) { return allocations; }

bool callocationcounter_works(void) {
    const uint64_t before = allocations;
    // Through a volatile pointer, or the compiler leaves the pair of calls out.
    void *(*volatile allocate)(size_t) = malloc;
    free(allocate(1));
    return allocations == before + 1;
}

#if defined(__GLIBC__) && !defined(CALLOCATIONCOUNTER_SANITIZED)

// What glibc exports for those who put themselves in front of it.
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *old, size_t size);
void *__libc_memalign(size_t alignment, size_t size);

void *malloc(size_t size) {
    allocations++;
    return __libc_malloc(size);
}

void *calloc(size_t count, size_t size) {
    allocations++;
    return __libc_calloc(count, size);
}

void *realloc(void *old, size_t size) {
    allocations++;
    return __libc_realloc(old, size);
}

void *memalign(size_t alignment, size_t size) {
    allocations++;
    return __libc_memalign(alignment, size);
}

void *aligned_alloc(size_t alignment, size_t size) { return memalign(alignment, size); }

int posix_memalign(void **result, size_t alignment, size_t size) {
    if (alignment % sizeof(void *) != 0 || alignment == 0 || (alignment & (alignment - 1)) != 0) return EINVAL;
    void *memory = memalign(alignment, size);
    if (memory == NULL) return ENOMEM;
    *result = memory;
    return 0;
}

#endif
