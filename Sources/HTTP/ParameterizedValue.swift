/// A header's value with parameters behind it, as Content-Type and Content-Disposition have one (RFC 9110 §5.6.6).
package struct ParameterizedValue {
    /// What stands before the parameters, in lower case.
    package let value: String
    /// The parameters by their names in lower case; of a repeated one the first counts.
    package let parameters: [String: String]

    /// Nil where a parameter is not a name, `=`, and a token or a quoted string.
    package init?(_ text: String) {
        value = Self.value(of: text)
        let bytes = Array(text.utf8)
        var index = bytes.firstIndex(of: UInt8(ascii: ";")) ?? bytes.count
        var parameters: [String: String] = [:]
        while index < bytes.count {
            guard bytes[index] == UInt8(ascii: ";") else { return nil }
            index = bytes[index...].dropFirst().drop(while: \.isBlank).startIndex
            // RFC 9110 lets a parameter be left out.
            guard index < bytes.count, bytes[index] != UInt8(ascii: ";") else { continue }
            let name = bytes[index...].prefix(while: \.isTokenByte)
            guard !name.isEmpty, name.endIndex < bytes.count, bytes[name.endIndex] == UInt8(ascii: "="),
                let (value, end) = Self.parameterValue(bytes[(name.endIndex + 1)...])
            else { return nil }
            let key = String(decoding: name, as: UTF8.self).lowercased()
            parameters[key] = parameters[key] ?? value
            index = bytes[end...].drop(while: \.isBlank).startIndex
        }
        self.parameters = parameters
    }

    /// What stands before the parameters, in lower case, whatever these are.
    package static func value(of text: String) -> String {
        let bytes = Array(text.utf8.prefix { $0 != UInt8(ascii: ";") })
        return bytes.span.string(bytes.span.trimmed(bytes.indices)).lowercased()
    }

    /// The token or quoted string that the bytes begin with, and where it ends.
    private static func parameterValue(_ bytes: ArraySlice<UInt8>) -> (String, end: Int)? {
        guard bytes.first == UInt8(ascii: "\"") else {
            let token = bytes.prefix(while: \.isTokenByte)
            return token.isEmpty ? nil : (String(decoding: token, as: UTF8.self), token.endIndex)
        }
        var value: [UInt8] = []
        var isEscaped = false
        for index in bytes.indices.dropFirst() {
            let byte = bytes[index]
            if isEscaped || (byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\\")) {
                value.append(byte)
                isEscaped = false
            } else if byte == UInt8(ascii: "\\") {
                isEscaped = true
            } else {
                return (String(decoding: value, as: UTF8.self), index + 1)
            }
        }
        return nil
    }
}
