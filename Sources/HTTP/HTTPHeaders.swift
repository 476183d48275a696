/// A message's header fields in their order, found by name without regard to case (RFC 9110 §5).
///
/// They are kept as the lines they are on the wire, in one buffer, and become strings only when asked for: a
/// request whose fields are looked at twice costs two strings. Whatever is in here is legal on the wire.
package struct HTTPHeaders: Sendable {
    /// Where a field's name and value lie in `lines`.
    struct Field: Sendable {
        var name: Range<Int>
        var value: Range<Int>
    }

    private(set) var lines: [UInt8] = []
    private(set) var fields: [Field] = []

    package init() {}

    package init(_ pairs: [(String, String)]) {
        for (name, value) in pairs { add(name, value) }
    }

    /// Takes lines that were checked, and where their parts lie.
    init(lines: [UInt8], fields: [Field]) {
        self.lines = lines
        self.fields = fields
    }

    package var isEmpty: Bool { fields.isEmpty }
    /// How many bytes they have on the wire.
    package var byteCount: Int { lines.count }

    /// Appends a field.
    ///
    /// The name must be a token. Control characters in the value, CR and LF among them, become spaces.
    package mutating func add(_ name: String, _ value: String) {
        precondition(!name.isEmpty && name.utf8.allSatisfy(\.isTokenByte), "A header's name is a token")
        let nameStart = lines.count
        lines.append(contentsOf: name.utf8)
        let nameEnd = lines.count
        lines.append(": ")
        let valueStart = lines.count
        for byte in value.utf8 { lines.append(byte.isFieldValueByte ? byte : .space) }
        fields.append(Field(name: nameStart..<nameEnd, value: valueStart..<lines.count))
        lines.append("\r\n")
    }

    /// Adds the fields of others behind these.
    package mutating func add(_ others: HTTPHeaders) {
        guard !others.isEmpty else { return }
        let shift = lines.count
        lines.append(contentsOf: others.lines)
        for field in others.fields {
            fields.append(
                Field(
                    name: field.name.lowerBound + shift..<field.name.upperBound + shift,
                    value: field.value.lowerBound + shift..<field.value.upperBound + shift))
        }
    }

    /// Puts one field in the place of all of that name.
    package mutating func set(_ name: String, _ value: String) {
        remove(name)
        add(name, value)
    }

    package mutating func remove(_ name: String) {
        fields = fields.filter { !matches($0, name) }
    }

    /// The value of the first field of that name.
    package subscript(_ name: String) -> String? {
        fields.first { matches($0, name) }.map { lines.span.string($0.value) }
    }

    /// The values of all fields of that name, in order.
    package func values(_ name: String) -> [String] {
        fields.filter { matches($0, name) }.map { lines.span.string($0.value) }
    }

    private func matches(_ field: Field, _ name: String) -> Bool {
        guard field.name.count == name.utf8.count else { return false }
        var index = field.name.lowerBound
        for byte in name.utf8 {
            guard lines[index].lowercased == byte.lowercased else { return false }
            index += 1
        }
        return true
    }
}

extension HTTPHeaders: Sequence {
    package func makeIterator() -> some IteratorProtocol<(name: String, value: String)> {
        fields.lazy.map { (name: lines.span.string($0.name), value: lines.span.string($0.value)) }.makeIterator()
    }
}

extension HTTPHeaders: ExpressibleByDictionaryLiteral {
    package init(dictionaryLiteral pairs: (String, String)...) {
        self.init(pairs)
    }
}
