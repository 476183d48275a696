/// Fields of a form as browsers send them: `application/x-www-form-urlencoded` (WHATWG URL Standard §5).
package enum URLEncodedForm {
    /// Names and values in order; nil for an incomplete escape and for what is not UTF-8.
    ///
    /// Bytes that should have been escaped are taken as they are: not every client is a browser.
    package static func parse(_ body: [UInt8]) -> [(name: String, value: String)]? {
        guard String(validating: body, as: UTF8.self) != nil else { return nil }
        var fields: [(name: String, value: String)] = []
        let bytes = body.span
        for part in body.indices.split(whereSeparator: { body[$0] == UInt8(ascii: "&") }) {
            let end = part.endIndex
            let nameEnd = part.first { body[$0] == UInt8(ascii: "=") } ?? end
            let valueStart = min(nameEnd + 1, end)
            guard let name = PercentEncoding.decode(bytes, part.startIndex..<nameEnd, plusIsSpace: true),
                let value = PercentEncoding.decode(bytes, valueStart..<end, plusIsSpace: true)
            else { return nil }
            fields.append((name, value))
        }
        return fields
    }
}
