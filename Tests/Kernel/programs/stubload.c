/*
 * Fills the registers of a chip on i2c-stub: stubload BUS ADDRESS REGISTER=VALUE ...
 *
 * A value is a byte, or a word with `w` behind it, or a block of SMBus after `s:`.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/i2c-dev.h>
#include <linux/i2c.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

/* Sends one command of SMBus; what the stub is told so is what it answers later. */
static int write_register(int bus, int number, const char *value)
{
    union i2c_smbus_data data;
    struct i2c_smbus_ioctl_data command = { I2C_SMBUS_WRITE, number, I2C_SMBUS_BYTE_DATA, &data };

    if (strncmp(value, "s:", 2) == 0) {
        size_t length = strnlen(value + 2, I2C_SMBUS_BLOCK_MAX);
        command.size = I2C_SMBUS_BLOCK_DATA;
        data.block[0] = length;
        memcpy(data.block + 1, value + 2, length);
    } else if (strchr(value, 'w') != NULL) {
        command.size = I2C_SMBUS_WORD_DATA;
        data.word = strtoul(value, NULL, 0);
    } else {
        data.byte = strtoul(value, NULL, 0);
    }
    return ioctl(bus, I2C_SMBUS, &command);
}

int main(int count, char **arguments)
{
    char path[32];

    if (count < 4) {
        fprintf(stderr, "usage: stubload BUS ADDRESS REGISTER=VALUE ...\n");
        return 64;
    }
    snprintf(path, sizeof path, "/dev/i2c-%d", atoi(arguments[1]));
    int bus = open(path, O_RDWR);
    if (bus < 0 || ioctl(bus, I2C_SLAVE_FORCE, strtoul(arguments[2], NULL, 0)) < 0) {
        fprintf(stderr, "stubload: %s: %s\n", path, strerror(errno));
        return 1;
    }
    for (int i = 3; i < count; i++) {
        const char *value = strchr(arguments[i], '=');
        if (value == NULL || write_register(bus, strtol(arguments[i], NULL, 0), value + 1) < 0) {
            fprintf(stderr, "stubload: %s: %s\n", arguments[i], strerror(errno));
            return 1;
        }
    }
    return 0;
}
