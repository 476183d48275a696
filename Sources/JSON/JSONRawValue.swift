/// A value as it lies in the bytes that were scanned.
///
/// What decodes it takes those same bytes again; others are a programmer's mistake.
package struct JSONRawValue: Equatable, Sendable {
    package enum Kind: Sendable {
        case string, number, `true`, `false`, null, object, array
    }

    package let kind: Kind
    /// A string's quotes and a container's brackets are included, white space around the value is not.
    package let range: Range<Int>

    package init(kind: Kind, range: Range<Int>) {
        self.kind = kind
        self.range = range
    }

    /// A string's text, its escapes decoded (a surrogate without its partner as U+FFFD); nil for other kinds.
    package func string(in bytes: UnsafeBufferPointer<UInt8>) -> String? {
        kind == .string ? bytes.span.text(of: range) : nil
    }

    /// A number's digits as they are written, of any size; nil where it has a fraction or an exponent, and for other
    /// kinds.
    package func integerDigits(in bytes: UnsafeBufferPointer<UInt8>) -> String? {
        guard let text = number(in: bytes), text.utf8.allSatisfy({ $0.isDigit || $0 == .minus }) else { return nil }
        return text
    }

    /// An integer without fraction and exponent; nil where it does not fit, and for other kinds.
    package func integer(in bytes: UnsafeBufferPointer<UInt8>) -> Int64? {
        number(in: bytes).flatMap { Int64($0) }
    }

    /// A number; nil where it is beyond a double's range, and for other kinds.
    package func double(in bytes: UnsafeBufferPointer<UInt8>) -> Double? {
        number(in: bytes).flatMap { Double(finite: $0) }
    }

    private func number(in bytes: UnsafeBufferPointer<UInt8>) -> String? {
        kind == .number ? bytes.span.literal(of: range) : nil
    }
}

extension Double {
    /// The number that a JSON literal stands for; nil where it is beyond the range.
    init?(finite literal: String) {
        guard let value = Double(literal), value.isFinite else { return nil }
        self = value
    }
}
