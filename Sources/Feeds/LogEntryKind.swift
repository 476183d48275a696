/// What an entry of the bridge's log is of.
///
/// The numbers stand in the database.
package enum LogEntryKind: Int64, Sendable {
    case notification = 1
    case read = 2
    case unread = 3
    case removed = 4
    case broadcast = 5

    /// The name of the event that tells of it; `nil` where the entry names its own, or none.
    package var eventName: String? {
        switch self {
        case .read: "read"
        case .unread: "unread"
        case .removed: "removed"
        case .notification, .broadcast: nil
        }
    }
}
