/// HMAC with SHA-256 under one key (RFC 2104).
///
/// The key is hashed once, not again for each message, and is not kept.
package struct HMAC: Sendable {
    /// The hash after the key's block, for the message and for the hash of that.
    private let inner, outer: SHA256

    package init(key: [UInt8]) {
        var block = key.count > SHA256.blockByteCount ? SHA256.digest(of: key) : key
        block += [UInt8](repeating: 0, count: SHA256.blockByteCount - block.count)
        inner = HMAC.hash(after: block, xor: 0x36)
        outer = HMAC.hash(after: block, xor: 0x5C)
    }

    /// The 32 bytes that authenticate the message.
    package func code(for message: [UInt8]) -> [UInt8] {
        var hash = inner
        hash.update(message)
        let digest = hash.digest()
        hash = outer
        hash.update(digest)
        return hash.digest()
    }

    private static func hash(after key: [UInt8], xor pad: UInt8) -> SHA256 {
        var hash = SHA256()
        hash.update(key.map { $0 ^ pad })
        return hash
    }
}
