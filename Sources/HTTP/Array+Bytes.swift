extension [UInt8] {
    /// Appends text that is known at compile time, without making a `String` of it.
    mutating func append(_ text: StaticString) {
        text.withUTF8Buffer { append(contentsOf: $0) }
    }

    mutating func append(_ bytes: Span<UInt8>) {
        bytes.withUnsafeBufferPointer { append(contentsOf: $0) }
    }

    mutating func append(decimal number: Int) {
        append(contentsOf: String(number).utf8)
    }

    /// Makes room for `count` more bytes, growing geometrically so that many small appends stay linear.
    mutating func makeRoom(for count: Int) {
        guard capacity - self.count < count else { return }
        reserveCapacity(Swift.max(self.count + count, 2 * capacity))
    }
}
