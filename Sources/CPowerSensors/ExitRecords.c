#define _GNU_SOURCE
#include "CPowerSensorsExitRecords.h"

#if defined(__linux__)
#include <errno.h>
#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <linux/taskstats.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

// For some thousands of records between two scans: the kernel doubles it, and each record takes about 2 KB there.
#define RECEIVE_BUFFER (4 << 20)

// The flag of a process's last thread, AGROUP of linux/acct.h.
#define LAST_THREAD 0x20

// A request, with room for one attribute.
struct request {
    struct nlmsghdr header;
    struct genlmsghdr generic;
    struct nlattr attribute;
    char value[256];
};

// Sends a request with one text.
static int ask(int records, uint16_t type, uint8_t command, uint16_t attribute, const char *text) {
    struct request request = {0};
    const size_t length = strlen(text) + 1;
    if (length > sizeof request.value) return ENAMETOOLONG;
    request.header.nlmsg_len = (uint32_t)(sizeof request - sizeof request.value + NLA_ALIGN(length));
    request.header.nlmsg_type = type;
    request.header.nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
    request.generic.cmd = command;
    request.generic.version = TASKSTATS_GENL_VERSION;
    request.attribute.nla_len = (uint16_t)(sizeof request.attribute + length);
    request.attribute.nla_type = attribute;
    memcpy(request.value, text, length);
    return send(records, &request, request.header.nlmsg_len, 0) < 0 ? errno : 0;
}

// The first attribute of a type, and its length; NULL if there is none.
static const char *find(const char *at, size_t length, uint16_t type, size_t *found) {
    struct nlattr attribute;
    while (length >= sizeof attribute) {
        memcpy(&attribute, at, sizeof attribute);
        if (attribute.nla_len < sizeof attribute || attribute.nla_len > length) return NULL;
        if ((attribute.nla_type & NLA_TYPE_MASK) == type) {
            *found = attribute.nla_len - sizeof attribute;
            return at + sizeof attribute;
        }
        const size_t step = NLA_ALIGN(attribute.nla_len);
        if (step >= length) return NULL;
        at += step;
        length -= step;
    }
    return NULL;
}

// The attributes of a message, and their length; NULL for one of another type.
static const char *attributes(const char *message, size_t count, uint16_t type, size_t *length) {
    struct nlmsghdr header;
    const size_t begin = NLMSG_HDRLEN + GENL_HDRLEN;
    if (count < begin) return NULL;
    memcpy(&header, message, sizeof header);
    if (header.nlmsg_type != type || header.nlmsg_len < begin || header.nlmsg_len > count) return NULL;
    *length = header.nlmsg_len - begin;
    return message + begin;
}

// Waits for the answer to a request, and returns its `errno`. Sets `family` if one is told.
static int answer(int records, uint16_t *family) {
    char message[8192];
    for (;;) {
        const ssize_t count = recv(records, message, sizeof message, 0);
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return errno;
        struct nlmsghdr header;
        struct nlmsgerr error;
        if ((size_t)count < sizeof header) return EPROTO;
        memcpy(&header, message, sizeof header);
        if (header.nlmsg_type == NLMSG_ERROR && (size_t)count >= sizeof header + sizeof error) {
            memcpy(&error, message + sizeof header, sizeof error);
            return -error.error;
        }
        size_t length, found;
        const char *at = attributes(message, (size_t)count, GENL_ID_CTRL, &length);
        const char *id = at ? find(at, length, CTRL_ATTR_FAMILY_ID, &found) : NULL;
        if (id && found >= sizeof *family) memcpy(family, id, sizeof *family);
    }
}

int cpowersensors_open_exit_records(const char *processors) {
    const int records = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_GENERIC);
    if (records < 0) return -errno;
    struct sockaddr_nl own = {.nl_family = AF_NETLINK};
    // An answer comes at once; without one, the host is not kept waiting.
    const struct timeval second = {.tv_sec = 1};
    const int size = RECEIVE_BUFFER;
    uint16_t family = 0;
    int error = 0;
    if (bind(records, (struct sockaddr *)&own, sizeof own) < 0) error = errno;
    setsockopt(records, SOL_SOCKET, SO_RCVTIMEO, &second, sizeof second);
    if (setsockopt(records, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof size) < 0 && !error) error = errno;
    if (!error) error = ask(records, GENL_ID_CTRL, CTRL_CMD_GETFAMILY, CTRL_ATTR_FAMILY_NAME, TASKSTATS_GENL_NAME);
    if (!error) error = answer(records, &family);
    if (!error && !family) error = ENOENT;
    if (!error) {
        error = ask(records, family, TASKSTATS_CMD_GET, TASKSTATS_CMD_ATTR_REGISTER_CPUMASK, processors);
    }
    if (!error) error = answer(records, &family);
    if (!error) return records;
    close(records);
    return -error;
}

// Copies the statistics in an aggregate. Returns 0 if there are none, or their form is not known.
static int statistics(const char *at, size_t length, uint16_t id_type, int32_t *id, struct taskstats *result) {
    size_t id_length, found;
    const char *number = find(at, length, id_type, &id_length);
    const char *fields = find(at, length, TASKSTATS_TYPE_STATS, &found);
    const size_t needed = offsetof(struct taskstats, ac_etime);
    if (!number || id_length < sizeof *id || !fields || found < needed) return 0;
    memcpy(id, number, sizeof *id);
    memset(result, 0, sizeof *result);
    memcpy(result, fields, found < sizeof *result ? found : sizeof *result);
    return 1;
}

// Parses one message. Returns 1 for a process that ended, 0 for a thread that others outlive, -1 for an unknown form.
static int parse(const char *at, size_t length, struct cpowersensors_exit_record *record) {
    struct taskstats thread, process;
    size_t inner;
    int32_t number;
    const char *aggregate = find(at, length, TASKSTATS_TYPE_AGGR_PID, &inner);
    if (!aggregate || !statistics(aggregate, inner, TASKSTATS_TYPE_PID, &number, &thread)) return -1;
    // Version 12 (Linux 5.19) brought the flag for the last thread. Version 15 had new fields between the old ones,
    // which version 16 moved to the end.
    if (thread.version < 12 || thread.version == 15 || thread.ac_pid != (uint32_t)number) return -1;
    if (!(thread.ac_flag & LAST_THREAD)) return 0;
    record->number = number;
    record->parent = (int32_t)thread.ac_ppid;
    record->nanoseconds = thread.cpu_run_virtual_total;
    // The sum of a process that has or had several threads.
    const char *group = find(at, length, TASKSTATS_TYPE_AGGR_TGID, &inner);
    if (group && statistics(group, inner, TASKSTATS_TYPE_TGID, &number, &process)) {
        record->number = number;
        record->nanoseconds = process.cpu_run_virtual_total;
    }
    return 1;
}

long cpowersensors_read_exit_records(
    int records, struct cpowersensors_exit_record *buffer, size_t capacity
) {
    char message[4096];
    size_t count = 0;
    while (count < capacity) {
        const ssize_t bytes = recv(records, message, sizeof message, MSG_DONTWAIT);
        if (bytes < 0) {
            if (errno == EINTR) continue;
            if (errno == EAGAIN) break;
            // The kernel had to drop some.
            if (errno != ENOBUFS) return -errno;
            continue;
        }
        struct nlmsghdr header;
        size_t length;
        if ((size_t)bytes < sizeof header) continue;
        memcpy(&header, message, sizeof header);
        const char *at = attributes(message, (size_t)bytes, header.nlmsg_type, &length);
        if (!at || header.nlmsg_type < NLMSG_MIN_TYPE) continue;
        const int kind = parse(at, length, &buffer[count]);
        if (kind < 0) return -EPROTONOSUPPORT;
        count += (size_t)kind;
    }
    return (long)count;
}
#endif
