import TestSupport
import Testing

@testable import Feeds

struct EntryHashTests {
    private func hash(_ bytes: [UInt8]) -> UInt64 {
        bytes.withUnsafeBufferPointer { EntryHash($0) }.rawValue
    }

    /// These stand in databases: with another value every list would be taken for another one.
    @Test(
        arguments: [
            ("", 0x41EF_EA6F_7F9C_730F), ("{", 0x7DDA_10D5_73BA_6D9F), ("{}", 0x94D0_7294_D0B9_67B5),
            ("1234567", 0xA6E6_4836_3EA0_C057), ("12345678", 0xDBEA_349E_AA8E_929F),
            ("123456789", 0x9F37_7A95_ADB2_3F58),
            (#"{"id":"01J","title":"New order"}"#, 0x3FAA_437D_2733_0114), ("é", 0x89D9_C22D_25E6_9C93),
        ] as [(String, UInt64)])
    func `an entry's hash never changes`(text: String, value: UInt64) {
        #expect(hash(Array(text.utf8)) == value)
    }

    @Test func `a long entry's hash never changes`() {
        #expect(hash((0..<1000).map { UInt8(truncatingIfNeeded: $0) }) == 0x7ADF_8D54_1EDF_859E)
    }

    @Test func `zeros of another number are another entry`() {
        let hashes = (0..<100).map { hash([UInt8](repeating: 0, count: $0)) }
        #expect(Set(hashes).count == 100)
    }

    @Test func `one bit changes about half of the hash, wherever it is`() {
        var random = SeededGenerator(seed: 3)
        for length in [1, 7, 8, 9, 16, 40] {
            var changed = 0
            for _ in 0..<64 {
                let bytes = (0..<length).map { _ in UInt8.random(in: .min ... .max, using: &random) }
                for bit in 0..<(8 * length) {
                    var other = bytes
                    other[bit / 8] ^= 1 << (bit % 8)
                    let difference = (hash(bytes) ^ hash(other)).nonzeroBitCount
                    #expect(difference > 6)
                    changed += difference
                }
            }
            let share = Double(changed) / Double(64 * 8 * length * 64)
            #expect((0.48...0.52).contains(share), "\(share) at \(length)")
        }
    }

    @Test func `entries that differ little do not collide`() {
        let hashes = (0..<100_000).map { hash(Array(#"{"id":\#($0)}"#.utf8)) }
        #expect(Set(hashes).count == 100_000)
    }
}
