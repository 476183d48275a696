import JSON

/// From when on and until when an entry is good, in Unix milliseconds; `nil` where it does not say.
package struct EntryTimes: Hashable, Sendable {
    /// `deliver_at`: it is sent no sooner.
    package var deliverAt: Int64?
    /// `expires_at`: from then on it is gone.
    package var expiresAt: Int64?

    /// Of an entry that is good now and for ever.
    package static let always = EntryTimes()

    package init(deliverAt: Int64? = nil, expiresAt: Int64? = nil) {
        self.deliverAt = deliverAt
        self.expiresAt = expiresAt
    }

    init(deliverAt: JSONRawValue?, expiresAt: JSONRawValue?, in bytes: UnsafeBufferPointer<UInt8>) {
        self.deliverAt = deliverAt.flatMap { EntryTimes.time($0, in: bytes) }
        self.expiresAt = expiresAt.flatMap { EntryTimes.time($0, in: bytes) }
    }

    /// Numbers below it are seconds, from it on milliseconds.
    private static let leastMilliseconds = 1e11
    /// The time that a member says, RFC 3339 or a number; `nil` for anything else, so that no entry is lost by it.
    private static func time(_ member: JSONRawValue, in bytes: UnsafeBufferPointer<UInt8>) -> Int64? {
        switch member.kind {
        case .string: member.string(in: bytes).flatMap(RFC3339.parse)
        case .number:
            member.double(in: bytes).flatMap { number in
                Int64(exactly: (number < leastMilliseconds ? number * 1000 : number).rounded())
            }
        default: nil
        }
    }
}
