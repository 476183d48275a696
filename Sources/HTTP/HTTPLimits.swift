/// How much of a message a parser accepts before it gives up.
package struct HTTPLimits: Sendable {
    /// Bytes of the request or status line, its line end not counted.
    package var requestLineBytes: Int
    /// Bytes of all field lines with their line ends; also of a chunked body's extensions and trailers together.
    package var headerBytes: Int
    package var headerCount: Int
    /// Bytes of the body, transfer coding removed.
    package var bodyBytes: Int

    package init(
        requestLineBytes: Int = 8192, headerBytes: Int = 16_384, headerCount: Int = 100, bodyBytes: Int = 1_048_576
    ) {
        self.requestLineBytes = requestLineBytes
        self.headerBytes = headerBytes
        self.headerCount = headerCount
        self.bodyBytes = bodyBytes
    }
}
