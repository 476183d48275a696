/// Checks that bytes are JSON: RFC 8259 to the letter, in well-formed UTF-8, without a byte order mark.
package enum JSONScanner {
    /// Throws unless the bytes are exactly one JSON value, white space around it allowed, whose containers are nested
    /// at most `maxDepth` (1 to 128) deep.
    package static func validate(
        _ bytes: UnsafeBufferPointer<UInt8>, maxDepth: Int = 128
    ) throws(JSONError) {
        var visitor = JSONIgnoringVisitor()
        try bytes.span.walk(maxDepth: maxDepth, &visitor)
    }
}
