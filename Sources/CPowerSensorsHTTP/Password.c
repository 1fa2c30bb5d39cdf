#if defined(__linux__)
#define _GNU_SOURCE
#endif
#include "CPowerSensorsHTTP.h"

#include <string.h>

int cpowersensorshttp_is_equal(const uint8_t *left, const uint8_t *right, size_t length) {
    volatile uint8_t difference = 0;
    for (size_t index = 0; index < length; index++) difference |= left[index] ^ right[index];
    return difference == 0;
}

#if defined(__linux__) && defined(POWERSENSORS_EXPORTERS)

#include <dlfcn.h>
#include <pthread.h>
#include <stdlib.h>

typedef char *crypt_r_function(const char *password, const char *setting, void *data);

static crypt_r_function *crypt_r_found;

// Debian's libcrypt is .so.1, Fedora's .so.2; both are libxcrypt, and crypt_r is the same.
static void find_crypt_r(void) {
    const char *const names[] = {"libcrypt.so.1", "libcrypt.so.2"};
    for (size_t index = 0; index < sizeof names / sizeof *names && crypt_r_found == NULL; index++) {
        void *library = dlopen(names[index], RTLD_NOW | RTLD_LOCAL);
        if (library == NULL) continue;
        *(void **)&crypt_r_found = dlsym(library, "crypt_r");
        if (crypt_r_found == NULL) dlclose(library);
    }
}

// `struct crypt_data` takes 32 KiB in libxcrypt, and took 128 KiB and a little in glibc's own library.
enum { CRYPT_DATA_SIZE = 160 * 1024 };

int cpowersensorshttp_password_matches(const char *password, const char *hash) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, find_crypt_r);
    if (crypt_r_found == NULL) return CPOWERSENSORSHTTP_NO_LIBCRYPT;
    void *data = calloc(1, CRYPT_DATA_SIZE);
    if (data == NULL) return CPOWERSENSORSHTTP_NO_MEMORY;
    const char *found = crypt_r_found(password, hash, data);
    int result = CPOWERSENSORSHTTP_UNKNOWN_HASH;
    // A failure is NULL, or text that begins with an asterisk and is no hash.
    if (found != NULL && found[0] != '*') {
        const size_t length = strlen(hash);
        result = strlen(found) == length &&
                 cpowersensorshttp_is_equal((const uint8_t *)found, (const uint8_t *)hash, length);
    }
    explicit_bzero(data, CRYPT_DATA_SIZE);
    free(data);
    return result;
}

#else

int cpowersensorshttp_password_matches(const char *password, const char *hash) {
    (void)password, (void)hash;
    return CPOWERSENSORSHTTP_NO_LIBCRYPT;
}

#endif
