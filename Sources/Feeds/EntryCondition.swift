import JSON

/// What a member of an entry has to be: between two numbers, or one of some values.
package struct EntryCondition: Hashable, Sendable {
    /// The name of one of the entry's own members.
    package let member: String
    package let test: Test

    package enum Test: Hashable, Sendable {
        /// A number that is not below the first and not above the second, where they are given.
        case within(min: Double?, max: Double?)
        case oneOf([Value])
    }

    /// A value that a member may equal.
    package enum Value: Hashable, Sendable {
        case null
        case bool(Bool)
        case number(Double)
        /// UTF-8: another normal form is another string.
        case string([UInt8])
        /// As a query writes it: that string, the number that it stands for if it is one, or `true`, `false` or `null`.
        case text([UInt8], Double?)
    }

    package static let maximumValues = 100
    /// How many conditions a kind or a stream may have.
    package static let maximumConditions = 10

    package init(member: String, _ test: Test) {
        self.member = member
        self.test = test
    }

    /// Reads a condition as a query writes it: `priority>=5`, `priority<=9`, `status=done`, or `status=done,failed`.
    package init?(query text: String) {
        guard let equals = text.utf8.firstIndex(of: UInt8(ascii: "=")) else { return nil }
        let value = text[text.utf8.index(after: equals)...]
        let left = text[..<equals]
        let member: Substring
        switch left.utf8.last {
        case UInt8(ascii: ">"):
            guard let bound = EntryCondition.number(Array(value.utf8)) else { return nil }
            (member, test) = (left.dropLast(), .within(min: bound, max: nil))
        case UInt8(ascii: "<"):
            guard let bound = EntryCondition.number(Array(value.utf8)) else { return nil }
            (member, test) = (left.dropLast(), .within(min: nil, max: bound))
        default:
            let values = value.split(separator: ",", omittingEmptySubsequences: false).map { Array($0.utf8) }
            guard values.count <= EntryCondition.maximumValues, !values.contains(where: \.isEmpty) else { return nil }
            (member, test) = (left, .oneOf(values.map { .text($0, EntryCondition.number($0)) }))
        }
        // `status!=done` is none of these, and means something else elsewhere.
        guard let end = member.utf8.last, !"!=<>".utf8.contains(end) else { return nil }
        self.member = String(member)
    }

    /// Whether a member's value meets the condition; one that is missing never does.
    func holds(for value: JSONRawValue?, in bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        guard let value else { return false }
        switch test {
        case .within(let min, let max):
            guard let number = value.double(in: bytes) else { return false }
            return min.map { number >= $0 } ?? true && max.map { number <= $0 } ?? true
        case .oneOf(let values):
            return values.contains { $0.equals(value, in: bytes) }
        }
    }

    /// A JSON number, so neither `inf` nor `0x1`.
    private static func number(_ text: [UInt8]) -> Double? { (try? JSONValue.parse(text))?.asDouble }
}

extension EntryCondition.Value {
    fileprivate func equals(_ value: JSONRawValue, in bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        switch self {
        case .null: value.kind == .null
        case .bool(let flag): value.kind == (flag ? .true : .false)
        case .number(let number): value.double(in: bytes) == number
        case .string(let text): value.string(in: bytes)?.utf8.elementsEqual(text) ?? false
        case .text(let text, let number):
            switch value.kind {
            case .string: value.string(in: bytes)?.utf8.elementsEqual(text) ?? false
            case .number: number.map { value.double(in: bytes) == $0 } ?? false
            case .true, .false, .null: bytes[value.range].elementsEqual(text)
            case .object, .array: false
            }
        }
    }
}
