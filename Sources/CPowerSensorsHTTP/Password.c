#if defined(__linux__)
#define _GNU_SOURCE
#endif
#include "CPowerSensorsHTTP.h"

#if defined(__linux__) && defined(POWERSENSORS_EXPORTERS)

#include <dlfcn.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

typedef char *crypt_r_function(const char *password, const char *setting, void *data);

static crypt_r_function *found_crypt_r;

// Debian's libcrypt is .so.1, Fedora's .so.2; both are libxcrypt, and crypt_r is the same.
static void find_crypt_r(void) {
    const char *const names[] = {"libcrypt.so.1", "libcrypt.so.2"};
    for (size_t index = 0; index < sizeof names / sizeof *names && found_crypt_r == NULL; index++) {
        void *library = dlopen(names[index], RTLD_NOW | RTLD_LOCAL);
        if (library == NULL) continue;
        *(void **)&found_crypt_r = dlsym(library, "crypt_r");
        if (found_crypt_r == NULL) dlclose(library);
    }
}

// `struct crypt_data` is 32 KiB in libxcrypt, and was a little over 128 KiB in glibc's own library.
enum { CRYPT_DATA_SIZE = 160 * 1024 };

// Takes the same time wherever the two differ.
static int is_equal(const char *left, const char *right, size_t length) {
    volatile unsigned char difference = 0;
    for (size_t index = 0; index < length; index++) difference |= (unsigned char)(left[index] ^ right[index]);
    return difference == 0;
}

int cpowersensorshttp_check_password(const char *password, const char *hash) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, find_crypt_r);
    if (found_crypt_r == NULL) return CPOWERSENSORSHTTP_NO_LIBCRYPT;
    void *data = calloc(1, CRYPT_DATA_SIZE);
    if (data == NULL) return CPOWERSENSORSHTTP_NO_MEMORY;
    const char *computed = found_crypt_r(password, hash, data);
    int result = CPOWERSENSORSHTTP_UNKNOWN_HASH;
    // A failure is NULL, or text that starts with an asterisk, which no hash does.
    if (computed != NULL && computed[0] != '*') {
        const size_t length = strlen(hash);
        result = strlen(computed) == length && is_equal(computed, hash, length);
    }
    explicit_bzero(data, CRYPT_DATA_SIZE);
    free(data);
    return result;
}

#else

int cpowersensorshttp_check_password(const char *password, const char *hash) {
    (void)password, (void)hash;
    return CPOWERSENSORSHTTP_NO_LIBCRYPT;
}

#endif
