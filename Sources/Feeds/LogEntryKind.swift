/// What an entry of the bridge's log is of.
///
/// The numbers stand in the database.
package enum LogEntryKind: Int64, Sendable {
    case notification = 1
    case read = 2
    case unread = 3
    case removed = 4
    case broadcast = 5
}
