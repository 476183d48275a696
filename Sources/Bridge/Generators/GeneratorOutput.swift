import JSON

/// What a generator printed, as an entry.
enum GeneratorOutput {
    /// The entry; nil where nothing but space was printed.
    ///
    /// An object is one as it is, anything else becomes the `value` of one: JSON as it is, other text as a string. What
    /// is not UTF-8 is left for the reader of entries to refuse.
    static func entry(_ printed: [UInt8]) -> [UInt8]? {
        let isSpace = { (byte: UInt8) in byte == 0x20 || 0x09...0x0D ~= byte }
        guard let first = printed.firstIndex(where: { !isSpace($0) }),
            let last = printed.lastIndex(where: { !isSpace($0) })
        else { return nil }
        let bytes = Array(printed[first...last])
        guard let text = String(validating: bytes, as: UTF8.self) else { return bytes }
        let value: JSONValue
        do throws(JSONError) { value = try JSONValue.parse(bytes) } catch { value = .string(text) }
        if case .object = value { return bytes }
        return JSONValue.object(["value": value]).encoded()
    }
}
