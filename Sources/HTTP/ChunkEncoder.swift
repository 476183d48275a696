/// Frames content as chunks of the chunked transfer coding (RFC 9112 §7.1).
package enum ChunkEncoder {
    /// The chunk that ends the body, with no trailers.
    package static let last = Array("0\r\n\r\n".utf8)

    /// One chunk with the bytes as its content; no bytes make no chunk, for an empty one would end the body.
    package static func frame(_ bytes: [UInt8]) -> [UInt8] {
        guard !bytes.isEmpty else { return [] }
        var out: [UInt8] = []
        out.reserveCapacity(overhead(of: bytes.count) + bytes.count)
        appendSize(bytes.count, to: &out)
        out.append(contentsOf: bytes)
        out.append("\r\n")
        return out
    }

    /// Where the content lies in one framed chunk, for a peer of HTTP/1.0 that gets it without framing.
    package static func contentRange(ofFramed chunk: [UInt8]) -> Range<Int> {
        guard let sizeEnd = chunk.span.firstIndex(of: .lineFeed, from: 0) else { return 0..<0 }
        return sizeEnd + 1..<chunk.count - 2
    }

    /// Bytes that the framing adds to content of that size.
    static func overhead(of size: Int) -> Int { digits(of: size) + 4 }

    static func appendSize(_ size: Int, to out: inout [UInt8]) {
        for position in (0..<digits(of: size)).reversed() {
            let digit = UInt8(truncatingIfNeeded: size >> (4 * position)) & 0xF
            out.append(digit < 10 ? 0x30 + digit : 0x57 + digit)
        }
        out.append("\r\n")
    }

    private static func digits(of size: Int) -> Int {
        max(1, (Int.bitWidth - size.leadingZeroBitCount + 3) / 4)
    }
}
