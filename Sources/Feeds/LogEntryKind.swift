/// What an entry of the bridge's log is of.
///
/// The numbers stand in the database. Whatever has a notification is one, of these kinds only the first is sent.
package enum LogEntryKind: Int64, Sendable {
    case notification = 1
    case read = 2
    case unread = 3
    case removed = 4
    case broadcast = 5
    /// A notification that the rules of its kind keep from being sent.
    case withheld = 6
    /// A notification in whose place a newer one with the same key is sent.
    case superseded = 7

    /// What is a notification.
    package static let notifications: [LogEntryKind] = [.notification, .withheld, .superseded]

    /// Whether streams are told of it.
    package var isTold: Bool { self != .withheld && self != .superseded }

    /// The name of the event that tells of it; `nil` where the entry names its own, or none.
    package var eventName: String? {
        switch self {
        case .read: "read"
        case .unread: "unread"
        case .removed: "removed"
        case .notification, .broadcast, .withheld, .superseded: nil
        }
    }
}
