import Feeds
import JSON

/// An entry on its way to a feed's list.
package enum OutgoingEntry: Equatable, Sendable {
    /// The entry with an id in it, which is also given apart.
    case ready(id: String, bytes: [UInt8])
    /// An entry that the bridge would set aside.
    case bad(BadEntry)
}

/// Validates entries before they are pushed, and gives an id to those that lack one.
package struct OutgoingEntryReader: Sendable {
    private var reader: EntryReader
    private let maximumBytes: Int
    private let scanner = JSONObjectScanner(members: ["id"])
    private var found: [JSONRawValue?] = []

    package init(maximumBytes: Int) {
        reader = EntryReader(maximumBytes: maximumBytes)
        self.maximumBytes = maximumBytes
    }

    /// Reads one entry; `makeID` is asked for the id of an entry whose own is missing, null or empty.
    package mutating func read(_ bytes: [UInt8], makeID: () -> String) -> OutgoingEntry {
        switch bytes.withUnsafeBufferPointer({ reader.read($0) }) {
        case .bad(let reason): return .bad(reason)
        case .notification(let id?, _, _): return .ready(id: id, bytes: bytes)
        case .notification(nil, _, _): break
        }
        let id = makeID()
        guard let identified = adding(id, to: bytes) else { return .bad(.notAnObject) }
        return identified.count <= maximumBytes ? .ready(id: id, bytes: identified) : .bad(.tooLarge)
    }

    /// The object with this id in place of the one that says nothing, or else as its first member.
    private mutating func adding(_ id: String, to bytes: [UInt8]) -> [UInt8]? {
        do throws(JSONError) {
            try bytes.withUnsafeBufferPointer { pointer throws(JSONError) in try scanner.scan(pointer, found: &found) }
        } catch {
            return nil
        }
        var identified = bytes
        var value: [UInt8] = []
        JSONWriter.appendString(id, to: &value)
        if let empty = found[0] {
            identified.replaceSubrange(empty.range, with: value)
        } else if let brace = bytes.firstIndex(of: UInt8(ascii: "{")) {
            let next = bytes[(brace + 1)...].first { ![0x20, 0x09, 0x0A, 0x0D].contains($0) }
            let separator = next == UInt8(ascii: "}") ? "" : ","
            identified.insert(contentsOf: Array("\"id\":".utf8) + value + Array(separator.utf8), at: brace + 1)
        }
        return identified
    }
}
