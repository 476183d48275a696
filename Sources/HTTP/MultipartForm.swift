/// Fields of a form as `FormData` and PHP's curl send them: `multipart/form-data` (RFC 7578, RFC 2046 §5.1.1).
package enum MultipartForm {
    /// Names and values in order, files left out.
    ///
    /// - Parameters:
    ///   - body: The request's body.
    ///   - boundary: What its Content-Type says stands between the parts.
    /// - Returns: The fields; nil where a part has no name, a value is not UTF-8, or the last boundary is missing.
    package static func parse(_ body: [UInt8], boundary: String) -> [(name: String, value: String)]? {
        let delimiter = lineEnd + Array("--\(boundary)".utf8)
        // The first boundary has no line before it.
        guard (1...70).contains(boundary.utf8.count), body.starts(with: delimiter.dropFirst(lineEnd.count)) else {
            return nil
        }
        var fields: [(name: String, value: String)] = []
        var start = delimiter.count - lineEnd.count
        while !body[start...].starts(with: [UInt8(ascii: "-"), UInt8(ascii: "-")]) {
            start = body[start...].drop(while: \.isBlank).startIndex
            guard body[start...].starts(with: lineEnd),
                let headEnd = body.span.firstIndex(of: lineEnd + lineEnd, from: start),
                let end = body.span.firstIndex(of: delimiter, from: headEnd + 2 * lineEnd.count),
                let part = disposition(body[start..<headEnd]), let name = part["name"],
                let value = String(validating: body[headEnd + 2 * lineEnd.count..<end], as: UTF8.self)
            else { return nil }
            if part["filename"] == nil { fields.append((name: unescaped(name), value: value)) }
            start = end + delimiter.count
        }
        return fields
    }

    private static let lineEnd: [UInt8] = [.carriageReturn, .lineFeed]

    /// The parameters of the Content-Disposition among a part's headers.
    private static func disposition(_ head: ArraySlice<UInt8>) -> [String: String]? {
        for line in head.split(whereSeparator: { lineEnd.contains($0) }) {
            let name = line.prefix { $0 != UInt8(ascii: ":") }
            guard String(decoding: name, as: UTF8.self).lowercased() == "content-disposition",
                let field = ParameterizedValue(String(decoding: line[name.endIndex...].dropFirst(), as: UTF8.self))
            else { continue }
            return field.value == "form-data" ? field.parameters : nil
        }
        return nil
    }

    /// A name without the escapes that browsers give it (HTML Standard, the encoding of multipart/form-data).
    private static func unescaped(_ name: String) -> String {
        name.replacing("%22", with: "\"").replacing("%0D", with: "\r").replacing("%0A", with: "\n")
    }
}
