// The program's own malloc: it counts, and forwards to glibc's. A program that links this target calls it everywhere,
// in the Swift runtime and in the C library too.

#include "CTwin.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>

extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *pointer, size_t size);
extern void *__libc_memalign(size_t alignment, size_t size);

static atomic_uint_fast64_t of_process;
// Of the executable itself, so that reaching it never allocates.
static __thread uint64_t of_thread __attribute__((tls_model("initial-exec")));

static inline void note(void) {
    atomic_fetch_add_explicit(&of_process, 1, memory_order_relaxed);
    of_thread++;
}

uint64_t ctwin_allocations_of_thread(void) { return of_thread; }

uint64_t ctwin_allocations(void) { return atomic_load_explicit(&of_process, memory_order_relaxed); }

void *malloc(size_t size) {
    note();
    return __libc_malloc(size);
}

void *calloc(size_t count, size_t size) {
    note();
    return __libc_calloc(count, size);
}

void *realloc(void *pointer, size_t size) {
    note();
    return __libc_realloc(pointer, size);
}

void *aligned_alloc(size_t alignment, size_t size) {
    note();
    return __libc_memalign(alignment, size);
}

int posix_memalign(void **pointer, size_t alignment, size_t size) {
    note();
    void *memory = __libc_memalign(alignment, size);
    if (memory == NULL) return ENOMEM;
    *pointer = memory;
    return 0;
}
