/// What the history uses of SQLite (sqlite3.h), without the macros and pointers that Swift cannot import safely.
///
/// Functions return SQLite's extended result codes, of which 0 is success. Without the trait `History` these declarations
/// have no implementation, and nothing calls them.
#ifndef CPOWERSENSORSSQLITE_H
#define CPOWERSENSORSSQLITE_H

#include <stdint.h>

/// A connection to a database file, for one thread at a time.
typedef struct cpowersensorssqlite_database cpowersensorssqlite_database;

/// A compiled statement of a connection.
typedef struct cpowersensorssqlite_statement cpowersensorssqlite_statement;

/// What the step of a statement returns if there is a row, and at its end.
enum { CPOWERSENSORSSQLITE_ROW = 100, CPOWERSENSORSSQLITE_DONE = 101 };

/// How to open a file: by its path for reading, by its path for writing too, or by a URI (sqlite.org/uri.html) for reading.
enum { CPOWERSENSORSSQLITE_READ = 0, CPOWERSENSORSSQLITE_WRITE = 1, CPOWERSENSORSSQLITE_URI = 2 };

/// Opens a file that exists. Waits up to `patience` milliseconds for locks.
///
/// After a failure there is a connection too, unless memory ran out; it can only tell why, and must be closed.
///
/// A file that is written keeps its companions `-wal` and `-shm` when it is closed, so that it can be read without the right
/// to create them.
int cpowersensorssqlite_open(const char *_Nonnull path, int access, int patience,
                             cpowersensorssqlite_database *_Nullable *_Nonnull database);

/// Closes a connection, all of whose statements are finalized.
void cpowersensorssqlite_close(cpowersensorssqlite_database *_Nonnull database);

/// The `errno` of the system call that failed last; 0 for none. Ask at once after the call that failed.
int cpowersensorssqlite_errno(cpowersensorssqlite_database *_Nonnull database);

/// How many pages the log holds after the latest transaction, of a file that is written.
int cpowersensorssqlite_logged(cpowersensorssqlite_database *_Nonnull database);

/// SQLite's text for the latest failure, valid until the next call.
const char *_Nonnull cpowersensorssqlite_message(cpowersensorssqlite_database *_Nonnull database);

/// Whether no transaction is open.
int cpowersensorssqlite_is_between_transactions(cpowersensorssqlite_database *_Nonnull database);

/// Runs statements whose rows nobody wants.
int cpowersensorssqlite_run(cpowersensorssqlite_database *_Nonnull database, const char *_Nonnull statements);

/// Writes to the database what its log holds, as far as readers allow, and makes it durable.
///
/// If `waits` is not 0, it waits for readers, and fails unless the next transaction can begin the log again.
int cpowersensorssqlite_checkpoint(cpowersensorssqlite_database *_Nonnull database, int waits);

/// Compiles a statement.
int cpowersensorssqlite_prepare(cpowersensorssqlite_database *_Nonnull database, const char *_Nonnull text,
                                cpowersensorssqlite_statement *_Nullable *_Nonnull statement);

/// Frees a statement.
void cpowersensorssqlite_finalize(cpowersensorssqlite_statement *_Nonnull statement);

/// Sets the parameter with a number from 1.
int cpowersensorssqlite_bind_integer(cpowersensorssqlite_statement *_Nonnull statement, int index, int64_t value);

/// Sets a parameter to a text in UTF-8, which is copied.
int cpowersensorssqlite_bind_text(cpowersensorssqlite_statement *_Nonnull statement, int index,
                                  const char *_Nonnull text);

/// Sets a parameter to bytes, which are copied.
int cpowersensorssqlite_bind_bytes(cpowersensorssqlite_statement *_Nonnull statement, int index,
                                   const void *_Nullable bytes, int count);

/// Goes on to the next row.
int cpowersensorssqlite_step(cpowersensorssqlite_statement *_Nonnull statement);

/// Makes a statement ready to be run again. Its parameters stay.
void cpowersensorssqlite_reset(cpowersensorssqlite_statement *_Nonnull statement);

/// The value of the row's column with a number from 0; 0 for anything but a number.
int64_t cpowersensorssqlite_integer(cpowersensorssqlite_statement *_Nonnull statement, int column);

/// The bytes of a text or a blob, valid until the next step, and their number.
const void *_Nullable cpowersensorssqlite_bytes(cpowersensorssqlite_statement *_Nonnull statement, int column,
                                                int *_Nonnull count);

#endif
