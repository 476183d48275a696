import Foundation
import TestSupport
import Testing

@testable import Access

struct HMACTests {
    /// RFC 4231 §4.2 to §4.8; of §4.6 the first 128 bits.
    @Test(arguments: [
        (
            [UInt8](repeating: 0x0B, count: 20), Array("Hi There".utf8),
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"
        ),
        (
            Array("Jefe".utf8), Array("what do ya want for nothing?".utf8),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        ),
        (
            [UInt8](repeating: 0xAA, count: 20), [UInt8](repeating: 0xDD, count: 50),
            "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"
        ),
        (
            Array(0x01...0x19), [UInt8](repeating: 0xCD, count: 50),
            "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b"
        ),
        (
            [UInt8](repeating: 0x0C, count: 20), Array("Test With Truncation".utf8),
            "a3b6167473100ee06e0c796c2955552b"
        ),
        (
            [UInt8](repeating: 0xAA, count: 131), Array("Test Using Larger Than Block-Size Key - Hash Key First".utf8),
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
        ),
        (
            [UInt8](repeating: 0xAA, count: 131),
            Array(
                ("This is a test using a larger than block-size key and a larger than block-size data. "
                    + "The key needs to be hashed before being used by the HMAC algorithm.").utf8),
            "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2"
        ),
    ])
    func `the standard's examples come out`(key: [UInt8], message: [UInt8], code: String) {
        #expect(hexadecimal(HMAC(key: key).code(for: message)).hasPrefix(code))
    }

    @Test(arguments: [1, 31, 32, 63, 64, 65, 200])
    func `keys of every length are used as openssl does`(keyLength: Int) throws {
        var random = SeededGenerator(seed: UInt64(keyLength))
        func bytes(_ count: Int) -> [UInt8] { (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &random) } }
        let key = bytes(keyLength)
        let messages = [0, 1, 55, 56, 64, 119, 120, 1000].map(bytes)
        let expected = try Shell.digests(of: messages) {
            "openssl dgst -sha256 -r -mac HMAC -macopt hexkey:\(hexadecimal(key)) \($0.joined(separator: " "))"
        }
        #expect(messages.map { hexadecimal(HMAC(key: key).code(for: $0)) } == expected)
    }

    @Test(arguments: 1...(ProcessInfo.processInfo.environment["TRIAL"] == nil ? 1 : 40))
    func `keys and messages at random come out as Python's hmac and base64 have it`(_: Int) throws {
        let seed = UInt64.random(in: .min ... .max)
        var random = SeededGenerator(seed: seed)
        // A message behind its key, and before both the key's length.
        let cases = (0..<500).map { _ -> [UInt8] in
            let length = Int.random(in: 0...200, using: &random)
            let count = length + Int.random(in: 0...300, using: &random)
            return [UInt8(length)] + (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &random) }
        }
        let program = """
            import base64, hmac, sys
            for name in sys.argv[1:]:
                case = open(name, "rb").read()
                code = hmac.digest(case[1:case[0] + 1], case[case[0] + 1:], "sha256")
                print(base64.urlsafe_b64encode(code + case).decode().rstrip("="))
            """
        let expected = try Shell.digests(of: cases) { "python3 -c '\(program)' \($0.joined(separator: " "))" }
        let codes = cases.map { bytes in
            let key = Array(bytes[1..<Int(bytes[0]) + 1])
            return Base64URL.encode(HMAC(key: key).code(for: Array(bytes[(Int(bytes[0]) + 1)...])) + bytes)
        }
        #expect(codes == expected, "seed \(seed)")
        #expect(codes.compactMap { Base64URL.decode($0.utf8)?.dropFirst(32) }.map(Array.init) == cases, "seed \(seed)")
    }
}
