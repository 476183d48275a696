#include <sqlite3.h>

// Swift cannot call what takes as many arguments as it likes. Without the statistics that nobody asks for, memory is
// had without a lock that all threads share.
static inline void csqlite_leave_out_statistics(void) {
    sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}
