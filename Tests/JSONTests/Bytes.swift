import JSON

extension JSONScanner {
    /// What is wrong with the bytes; nil where they are JSON.
    static func fault(in bytes: [UInt8], maxDepth: Int = 128) -> JSONError? {
        bytes.withUnsafeBufferPointer { bytes in
            do throws(JSONError) {
                try validate(bytes, maxDepth: maxDepth)
                return nil
            } catch {
                return error
            }
        }
    }
}

extension JSONObjectScanner {
    /// The members found, decoded by `read`.
    func members<Value>(
        of text: String, _ read: (JSONRawValue, UnsafeBufferPointer<UInt8>) -> Value
    ) throws -> [Value?] {
        var found: [JSONRawValue?] = []
        return try Array(text.utf8).withUnsafeBufferPointer { bytes in
            try scan(bytes, found: &found)
            return found.map { $0.map { read($0, bytes) } }
        }
    }
}

extension JSONValue {
    static func parse(_ text: String) throws -> JSONValue { try parse(Array(text.utf8)) }
    func text(pretty: Bool = false) -> String { String(decoding: encoded(pretty: pretty), as: UTF8.self) }
}

extension JSONWriter {
    var text: String { String(decoding: bytes, as: UTF8.self) }
}
