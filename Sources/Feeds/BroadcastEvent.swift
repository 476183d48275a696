import JSON

/// An event for all streams that ask for events, of no feed.
package struct BroadcastEvent: Hashable, Sendable {
    /// The SSE event's name.
    package let name: String
    /// A JSON object: when it was taken in, in Unix seconds, and the value of the flag that raised it.
    package let data: [UInt8]

    /// - Parameters:
    ///   - name: The SSE event's name, which has no line end.
    ///   - value: What the flag held: JSON as it is, anything else as a string.
    ///   - time: When it was taken in, in Unix milliseconds.
    package init(name: String, value: [UInt8], at time: Int64) {
        self.name = name
        var data = JSONWriter()
        data.beginObject()
        data.name("timestamp")
        data.int(time / 1000)
        data.name("value")
        if Self.isJSON(value) { data.raw(value) } else { data.string(String(decoding: value, as: UTF8.self)) }
        data.endObject()
        self.data = data.bytes
    }

    private static func isJSON(_ value: [UInt8]) -> Bool {
        // One level less than an event's data may have.
        value.withUnsafeBufferPointer { (try? JSONScanner.validate($0, maxDepth: 127)) != nil }
    }

    /// As it stands in the log: the name, a line feed, the data.
    package var record: String { "\(name)\n\(String(decoding: data, as: UTF8.self))" }

    /// The event that a record of the log holds; `nil` where it is none.
    package init?(record: String) {
        guard let end = record.utf8.firstIndex(of: UInt8(ascii: "\n")) else { return nil }
        name = String(record[..<end])
        data = Array(record.utf8[record.utf8.index(after: end)...])
    }
}
