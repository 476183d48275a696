extension JSONValue {
    /// The value that the bytes are, by the grammar of `JSONScanner`; of members with the same name the last counts.
    package static func parse(_ bytes: [UInt8], maxDepth: Int = 128) throws(JSONError) -> JSONValue {
        var builder = JSONTreeBuilder()
        try bytes.span.walk(maxDepth: maxDepth, &builder)
        return builder.root
    }

    /// The value as JSON text; `pretty` indents by two spaces.
    package func encoded(pretty: Bool = false) -> [UInt8] {
        var writer = JSONWriter(pretty: pretty)
        writer.value(self)
        return writer.bytes
    }
}

extension JSONWriter {
    /// Writes a whole tree; recurses as deep as it is nested.
    package mutating func value(_ value: JSONValue) {
        switch value {
        case .null: null()
        case .bool(let flag): bool(flag)
        case .number(let literal): raw(literal.utf8)
        case .string(let text): string(text)
        case .array(let elements):
            beginArray()
            for element in elements { self.value(element) }
            endArray()
        case .object(let object):
            beginObject()
            for member in object {
                name(member.name)
                self.value(member.value)
            }
            endObject()
        }
    }
}
