/// The name of a feed, `KIND:ID`: an ordered stream of notifications such as `user:42` or `job:7`.
///
/// `KIND` is `[a-z][a-z0-9_-]{0,31}`; `ID` is 1 to 128 of ASCII letters, digits and `. _ @ + - |`.
package struct FeedName: Hashable, Sendable, CustomStringConvertible {
    /// The whole name, as it stands in JSON, in URLs and in the database.
    package let text: String
    private let kindLength: UInt8

    /// Parses a name; `nil` when it is not one.
    package init?(_ text: some StringProtocol) {
        self.init(String(text))
    }

    /// Parses a name; `nil` when it is not one.
    package init?(_ text: String) {
        var text = text
        let length = text.withUTF8 { bytes -> Int? in
            guard let colon = bytes.firstIndex(of: UInt8(ascii: ":")) else { return nil }
            return FeedName.isKind(bytes[..<colon]) && FeedName.isID(bytes[(colon + 1)...]) ? colon : nil
        }
        guard let length else { return nil }
        self.text = text
        kindLength = UInt8(length)
    }

    /// Joins a kind's name and an ID; `nil` when the ID is not one.
    package init?(kind: String, id: some StringProtocol) {
        guard FeedName.isKind(kind.utf8), FeedName.isID(id.utf8) else { return nil }
        text = "\(kind):\(id)"
        kindLength = UInt8(kind.utf8.count)
    }

    /// What streams that ask for broadcast events have beside their feeds; no feed has this name.
    package static let broadcasts = FeedName(reserved: "*")

    private init(reserved text: String) {
        self.text = text
        kindLength = UInt8(text.utf8.count)
    }

    // Bytes, since a name is ASCII: to count characters takes many times as long.
    package var kind: Substring { Substring(text.utf8.prefix(Int(kindLength))) }
    package var id: Substring { Substring(text.utf8.dropFirst(Int(kindLength) + 1)) }
    package var description: String { text }

    package static func == (left: FeedName, right: FeedName) -> Bool {
        left.text == right.text
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(text)
    }

    /// Whether these bytes may name a kind.
    package static func isKind(_ bytes: some Collection<UInt8>) -> Bool {
        guard let first = bytes.first, isLowercase(first), bytes.count <= 32 else { return false }
        return bytes.allSatisfy { isLowercase($0) || isDigit($0) || $0 == UInt8(ascii: "_") || $0 == UInt8(ascii: "-") }
    }

    /// Whether these bytes may be a feed's ID.
    package static func isID(_ bytes: some Collection<UInt8>) -> Bool {
        (1...128).contains(bytes.count) && bytes.allSatisfy(isIDByte)
    }

    static func isIDByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        case UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "@"), UInt8(ascii: "+"), UInt8(ascii: "-"),
            UInt8(ascii: "|"):
            true
        default:
            false
        }
    }

    private static func isLowercase(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }
}
