import Feeds
import JSON

/// Prints entries that were set aside.
enum QuarantinePrinter {
    /// How much of an entry a line of the table shows, in characters.
    private static let shownCharacters = 60

    /// One line of the table, its entry cut short.
    static func row(_ entry: QuarantinedEntry) -> [String] {
        // Four bytes a character suffice; what is cut in two at the end is not shown any more.
        let text = String(decoding: entry.bytes.prefix(4 * shownCharacters + 4), as: UTF8.self).printable
        let shown = String(text.prefix(shownCharacters))
        return [
            String(entry.sequence), entry.feed.printable, RFC3339.format(unixMilliseconds: entry.storedAt),
            entry.problem, String(entry.bytes.count), shown == text ? shown : shown + "…",
        ]
    }

    /// The rows under their headings; nothing for no rows.
    static func table(_ rows: [[String]]) -> String {
        TextTable(headings: ["SEQ", "FEED", "WHEN", "REASON", "SIZE", "ENTRY"], rows: rows).text
    }

    /// The entry whole: as text, or in base 64 where it is no UTF-8.
    static func json(_ entry: QuarantinedEntry) -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.name("seq")
        writer.int(entry.sequence)
        writer.name("feed")
        writer.string(entry.feed)
        writer.name("stored_at")
        writer.string(RFC3339.format(unixMilliseconds: entry.storedAt))
        writer.name("reason")
        writer.string(entry.reason)
        writer.name("size")
        writer.int(entry.bytes.count)
        if let text = String(validating: entry.bytes, as: UTF8.self) {
            writer.name("entry")
            writer.string(text)
        } else {
            writer.name("entry_base64")
            writer.string(entry.bytes.base64)
        }
        writer.endObject()
        return writer.bytes + [UInt8(ascii: "\n")]
    }
}

extension QuarantinedEntry {
    /// What is wrong with it, in a few words.
    var problem: String { BadEntry(rawValue: reason)?.problem ?? reason.printable }

    /// What is wrong with it, and what to do about it.
    var explanation: String { BadEntry(rawValue: reason)?.explanation ?? reason.printable }
}

extension [UInt8] {
    /// The bytes in base 64 (RFC 4648 §4).
    fileprivate var base64: String {
        let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
        var text: [UInt8] = []
        for start in stride(from: 0, to: count, by: 3) {
            let group = self[start..<Swift.min(start + 3, count)]
            let bits = group.reduce(0) { $0 << 8 | Int($1) } << (8 * (3 - group.count))
            for place in 0..<4 {
                text.append(place <= group.count ? digits[bits >> (18 - 6 * place) & 63] : UInt8(ascii: "="))
            }
        }
        return String(decoding: text, as: UTF8.self)
    }
}
