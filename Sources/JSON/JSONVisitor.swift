/// Something that is told what a document holds while it is walked.
protocol JSONVisitor {
    /// A member's name; what is told next is its value.
    mutating func name(_ token: Range<Int>, isEscaped: Bool, in bytes: Span<UInt8>)
    /// A string, number, true, false or null.
    mutating func scalar(_ value: JSONRawValue, in bytes: Span<UInt8>)
    /// An object or array begins; its members or elements follow.
    mutating func begin(_ kind: JSONRawValue.Kind, at offset: Int)
    /// The container begun last and not yet ended ends before `offset`.
    mutating func end(at offset: Int)
}

/// Cares for nothing: walking with it only validates.
struct JSONIgnoringVisitor: JSONVisitor {
    mutating func name(_ token: Range<Int>, isEscaped: Bool, in bytes: Span<UInt8>) {}
    mutating func scalar(_ value: JSONRawValue, in bytes: Span<UInt8>) {}
    mutating func begin(_ kind: JSONRawValue.Kind, at offset: Int) {}
    mutating func end(at offset: Int) {}
}
