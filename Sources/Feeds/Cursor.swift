/// A position in the bridge's log: one more for every notification, read, unread, removal and broadcast event.
package typealias LogPosition = Int64

/// The value of an SSE `id:` line, `f1.<epoch>.<pos>`: all of a stream's feeds up to `position` was sent or ruled out.
package struct Cursor: Hashable, Sendable, CustomStringConvertible {
    /// The name of the database that the position belongs to.
    package let epoch: String
    package let position: LogPosition

    package init(epoch: String, position: LogPosition) {
        self.epoch = epoch
        self.position = position
    }

    /// Parses a cursor; `nil` for anything that the bridge cannot have written.
    package init?(_ text: some StringProtocol) {
        guard text.utf8.count <= 64 else { return nil }
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0] == "f1", Cursor.isEpoch(parts[1]),
            parts[2].utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
            let position = LogPosition(parts[2]), String(position).utf8.count == parts[2].utf8.count
        else { return nil }
        self.init(epoch: String(parts[1]), position: position)
    }

    package var description: String { String(decoding: bytes, as: UTF8.self) }

    /// The cursor as it stands in a stream; every event has one.
    package var bytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(40)
        bytes.append(contentsOf: [UInt8(ascii: "f"), UInt8(ascii: "1"), UInt8(ascii: ".")])
        bytes.append(contentsOf: epoch.utf8)
        bytes.append(UInt8(ascii: "."))
        bytes.append(contentsOf: String(position).utf8)
        return bytes
    }

    private static func isEpoch(_ text: some StringProtocol) -> Bool {
        (1...16).contains(text.utf8.count)
            && text.utf8.allSatisfy {
                (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0)
                    || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
            }
    }

    /// A name for a new database: ten random characters of a-z and 0-9.
    package static func newEpoch() -> String {
        let alphabet = Array("abcdefghijklmnopqrstuvwxyz0123456789")
        return String((0..<10).map { _ in alphabet[Int.random(in: 0..<alphabet.count)] })
    }
}
