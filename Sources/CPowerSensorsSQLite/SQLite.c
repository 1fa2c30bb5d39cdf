#include "CPowerSensorsSQLite.h"

#if defined(POWERSENSORS_HISTORY)

#include <errno.h>
#include <sqlite3.h>
#include <stdlib.h>

_Static_assert(CPOWERSENSORSSQLITE_ROW == SQLITE_ROW && CPOWERSENSORSSQLITE_DONE == SQLITE_DONE, "SQLite's codes");

struct cpowersensorssqlite_database {
    sqlite3 *connection;
    // The pages in the log after the latest commit.
    int logged;
};

static sqlite3 *connection(cpowersensorssqlite_database *database) { return database->connection; }

static int committed(void *database, sqlite3 *connection, const char *name, int logged) {
    (void)connection, (void)name;
    ((cpowersensorssqlite_database *)database)->logged = logged;
    return SQLITE_OK;
}

static sqlite3_stmt *compiled(cpowersensorssqlite_statement *statement) { return (sqlite3_stmt *)statement; }

int cpowersensorssqlite_open(const char *path, int access, int patience, cpowersensorssqlite_database **database) {
    *database = calloc(1, sizeof **database);
    if (*database == NULL) return SQLITE_NOMEM;
    int writable = access == CPOWERSENSORSSQLITE_WRITE;
    // A connection has one thread at a time, so it needs no lock.
    int flags = (writable ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY) | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
    if (access == CPOWERSENSORSSQLITE_URI) flags |= SQLITE_OPEN_URI;
    errno = 0;
    int code = sqlite3_open_v2(path, &(*database)->connection, flags, NULL);
    if (code != SQLITE_OK) return code;
    sqlite3 *opened = connection(*database);
    sqlite3_busy_timeout(opened, patience);
    // A file from elsewhere must not run anything.
    sqlite3_db_config(opened, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    sqlite3_db_config(opened, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
    sqlite3_db_config(opened, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, NULL);
    sqlite3_db_config(opened, SQLITE_DBCONFIG_ENABLE_VIEW, 0, NULL);
    // No row of ours is nearly as long.
    sqlite3_limit(opened, SQLITE_LIMIT_LENGTH, 1 << 20);
    if (writable) {
        int on = 1;
        sqlite3_file_control(opened, "main", SQLITE_FCNTL_PERSIST_WAL, &on);
        // This takes the place of SQLite's own checkpoints.
        sqlite3_wal_hook(opened, committed, *database);
    }
    return SQLITE_OK;
}

void cpowersensorssqlite_close(cpowersensorssqlite_database *database) {
    sqlite3_close(connection(database));
    free(database);
}

int cpowersensorssqlite_logged(cpowersensorssqlite_database *database) { return database->logged; }

int cpowersensorssqlite_errno(cpowersensorssqlite_database *database) {
    // SQLite does not keep it where a commit fails.
    return errno != 0 ? errno : sqlite3_system_errno(connection(database));
}

const char *cpowersensorssqlite_message(cpowersensorssqlite_database *database) {
    return sqlite3_errmsg(connection(database));
}

int cpowersensorssqlite_is_between_transactions(cpowersensorssqlite_database *database) {
    return sqlite3_get_autocommit(connection(database));
}

int cpowersensorssqlite_run(cpowersensorssqlite_database *database, const char *statements) {
    errno = 0;
    return sqlite3_exec(connection(database), statements, NULL, NULL, NULL);
}

int cpowersensorssqlite_checkpoint(cpowersensorssqlite_database *database, int waits) {
    errno = 0;
    int mode = waits ? SQLITE_CHECKPOINT_RESTART : SQLITE_CHECKPOINT_PASSIVE;
    return sqlite3_wal_checkpoint_v2(connection(database), "main", mode, NULL, NULL);
}

int cpowersensorssqlite_prepare(cpowersensorssqlite_database *database, const char *text,
                                cpowersensorssqlite_statement **statement) {
    errno = 0;
    sqlite3_stmt *prepared = NULL;
    int code = sqlite3_prepare_v3(connection(database), text, -1, SQLITE_PREPARE_PERSISTENT, &prepared, NULL);
    *statement = (cpowersensorssqlite_statement *)prepared;
    return code;
}

void cpowersensorssqlite_finalize(cpowersensorssqlite_statement *statement) { sqlite3_finalize(compiled(statement)); }

int cpowersensorssqlite_bind_integer(cpowersensorssqlite_statement *statement, int index, int64_t value) {
    return sqlite3_bind_int64(compiled(statement), index, value);
}

int cpowersensorssqlite_bind_text(cpowersensorssqlite_statement *statement, int index, const char *text) {
    return sqlite3_bind_text(compiled(statement), index, text, -1, SQLITE_TRANSIENT);
}

int cpowersensorssqlite_bind_bytes(cpowersensorssqlite_statement *statement, int index, const void *bytes, int count) {
    return sqlite3_bind_blob(compiled(statement), index, bytes, count, SQLITE_TRANSIENT);
}

int cpowersensorssqlite_step(cpowersensorssqlite_statement *statement) {
    errno = 0;
    return sqlite3_step(compiled(statement));
}

void cpowersensorssqlite_reset(cpowersensorssqlite_statement *statement) { sqlite3_reset(compiled(statement)); }

int64_t cpowersensorssqlite_integer(cpowersensorssqlite_statement *statement, int column) {
    return sqlite3_column_int64(compiled(statement), column);
}

const void *cpowersensorssqlite_bytes(cpowersensorssqlite_statement *statement, int column, int *count) {
    const void *bytes = sqlite3_column_blob(compiled(statement), column);
    *count = bytes == NULL ? 0 : sqlite3_column_bytes(compiled(statement), column);
    return bytes;
}

#endif
