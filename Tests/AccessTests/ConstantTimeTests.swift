import TestSupport
import Testing

@testable import Access

struct ConstantTimeTests {
    @Test func `equal bytes are equal, and one bit makes a difference wherever it is`() {
        var random = SeededGenerator(seed: 1)
        for length in [0, 1, 7, 8, 32, 33] {
            let bytes = (0..<length).map { _ in UInt8.random(in: .min ... .max, using: &random) }
            #expect(compareInConstantTime(bytes, Array(bytes)))
            for bit in 0..<(8 * length) {
                var other = bytes
                other[bit / 8] ^= 1 << (bit % 8)
                #expect(!compareInConstantTime(bytes, other))
            }
            #expect(!compareInConstantTime(bytes, (bytes + [0])))
        }
    }
}
