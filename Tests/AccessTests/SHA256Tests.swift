import TestSupport
import Testing

@testable import Access

struct SHA256Tests {
    /// FIPS 180-4's examples, and one block more or less around the padding (from `sha256sum`).
    @Test(arguments: [
        ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        (
            "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
        ),
        (
            "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu",
            "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1"
        ),
    ])
    func `the standard's examples come out`(message: String, digest: String) {
        #expect(hexadecimal(SHA256.digest(of: Array(message.utf8))) == digest)
    }

    @Test func `a million letters come out`() {
        var hash = SHA256()
        let piece = [UInt8](repeating: UInt8(ascii: "a"), count: 1000)
        for _ in 0..<1000 { hash.update(piece) }
        #expect(
            hexadecimal(hash.digest()) == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0")
    }

    @Test func `messages of every length around a block's are hashed as sha256sum does`() throws {
        var random = SeededGenerator(seed: 1)
        let messages = (0...200).map { length in
            (0..<length).map { _ in UInt8.random(in: .min ... .max, using: &random) }
        }
        let expected = try Shell.digests(of: messages) { "sha256sum \($0.joined(separator: " "))" }
        #expect(expected.count == messages.count)
        for (message, digest) in zip(messages, expected) {
            #expect(hexadecimal(SHA256.digest(of: message)) == digest, "\(message.count) bytes")
        }
    }

    @Test func `pieces are hashed as the whole`() {
        var random = SeededGenerator(seed: 2)
        for _ in 0..<200 {
            let message = (0..<Int.random(in: 0...300, using: &random)).map { UInt8(truncatingIfNeeded: $0) }
            var (hash, start) = (SHA256(), 0)
            while start < message.count {
                let end = min(start + Int.random(in: 0...100, using: &random), message.count)
                hash.update(Array(message[start..<end]))
                start = end
            }
            #expect(hash.digest() == SHA256.digest(of: message))
        }
    }

    @Test func `a copy goes on from where the original stood`() {
        var hash = SHA256()
        hash.update(Array("ab".utf8))
        var copy = hash
        copy.update(Array("c".utf8))
        hash.update(Array("d".utf8))
        #expect(copy.digest() == SHA256.digest(of: Array("abc".utf8)))
        #expect(hash.digest() == SHA256.digest(of: Array("abd".utf8)))
    }
}
