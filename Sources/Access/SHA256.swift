/// SHA-256 (FIPS 180-4 §6.2), fed in pieces.
///
/// A copy goes on from where the original stood. Nothing is allocated before the digest is taken.
package struct SHA256: Sendable {
    static let blockByteCount = 64

    private var state: InlineArray<8, UInt32> = [
        0x6A09_E667, 0xBB67_AE85, 0x3C6E_F372, 0xA54F_F53A, 0x510E_527F, 0x9B05_688C, 0x1F83_D9AB, 0x5BE0_CD19,
    ]
    private var block = InlineArray<64, UInt8>(repeating: 0)
    /// Of all bytes taken in; the last, not yet hashed ones stand in `block`.
    private var byteCount: UInt64 = 0

    package init() {}

    /// The 32 bytes of a whole message's digest.
    package static func digest(of message: [UInt8]) -> [UInt8] {
        var hash = SHA256()
        hash.update(message)
        return hash.digest()
    }

    package mutating func update(_ bytes: [UInt8]) {
        for byte in bytes { append(byte) }
    }

    /// The 32 bytes of the digest of all that was taken in.
    package consuming func digest() -> [UInt8] {
        let bitCount = byteCount &* 8
        append(0x80)
        while byteCount % 64 != 56 { append(0) }
        for shift in stride(from: 56, through: 0, by: -8) { append(UInt8(truncatingIfNeeded: bitCount >> shift)) }
        return (0..<32).map { UInt8(truncatingIfNeeded: state[$0 / 4] >> (24 - 8 * UInt32($0 % 4))) }
    }

    private mutating func append(_ byte: UInt8) {
        block[Int(byteCount % 64)] = byte
        byteCount &+= 1
        if byteCount % 64 == 0 { compress() }
    }

    /// Takes the block into the state; the names are the standard's.
    private mutating func compress() {
        // Only the last 16 words of the schedule are ever looked at.
        var w = InlineArray<16, UInt32>(repeating: 0)
        var (a, b, c, d) = (state[0], state[1], state[2], state[3])
        var (e, f, g, h) = (state[4], state[5], state[6], state[7])
        for t in 0..<64 {
            if t < 16 {
                w[t] = word(t)
            } else {
                let (far, near) = (w[(t - 15) & 15], w[(t - 2) & 15])
                let sigma0 = far.rotated(7) ^ far.rotated(18) ^ far >> 3
                let sigma1 = near.rotated(17) ^ near.rotated(19) ^ near >> 10
                w[t & 15] &+= sigma1 &+ w[(t - 7) & 15] &+ sigma0
            }
            let sum1 = e.rotated(6) ^ e.rotated(11) ^ e.rotated(25)
            let temporary1 = h &+ sum1 &+ (e & f ^ ~e & g) &+ SHA256.constants[t] &+ w[t & 15]
            let sum0 = a.rotated(2) ^ a.rotated(13) ^ a.rotated(22)
            let temporary2 = sum0 &+ (a & b ^ a & c ^ b & c)
            (h, g, f, e) = (g, f, e, d &+ temporary1)
            (d, c, b, a) = (c, b, a, temporary1 &+ temporary2)
        }
        state[0] &+= a
        state[1] &+= b
        state[2] &+= c
        state[3] &+= d
        state[4] &+= e
        state[5] &+= f
        state[6] &+= g
        state[7] &+= h
    }

    private func word(_ t: Int) -> UInt32 {
        UInt32(block[4 * t]) << 24 | UInt32(block[4 * t + 1]) << 16 | UInt32(block[4 * t + 2]) << 8
            | UInt32(block[4 * t + 3])
    }

    private static let constants: InlineArray<64, UInt32> = [
        0x428A_2F98, 0x7137_4491, 0xB5C0_FBCF, 0xE9B5_DBA5, 0x3956_C25B, 0x59F1_11F1, 0x923F_82A4, 0xAB1C_5ED5,
        0xD807_AA98, 0x1283_5B01, 0x2431_85BE, 0x550C_7DC3, 0x72BE_5D74, 0x80DE_B1FE, 0x9BDC_06A7, 0xC19B_F174,
        0xE49B_69C1, 0xEFBE_4786, 0x0FC1_9DC6, 0x240C_A1CC, 0x2DE9_2C6F, 0x4A74_84AA, 0x5CB0_A9DC, 0x76F9_88DA,
        0x983E_5152, 0xA831_C66D, 0xB003_27C8, 0xBF59_7FC7, 0xC6E0_0BF3, 0xD5A7_9147, 0x06CA_6351, 0x1429_2967,
        0x27B7_0A85, 0x2E1B_2138, 0x4D2C_6DFC, 0x5338_0D13, 0x650A_7354, 0x766A_0ABB, 0x81C2_C92E, 0x9272_2C85,
        0xA2BF_E8A1, 0xA81A_664B, 0xC24B_8B70, 0xC76C_51A3, 0xD192_E819, 0xD699_0624, 0xF40E_3585, 0x106A_A070,
        0x19A4_C116, 0x1E37_6C08, 0x2748_774C, 0x34B0_BCB5, 0x391C_0CB3, 0x4ED8_AA4A, 0x5B9C_CA4F, 0x682E_6FF3,
        0x748F_82EE, 0x78A5_636F, 0x84C8_7814, 0x8CC7_0208, 0x90BE_FFFA, 0xA450_6CEB, 0xBEF9_A3F7, 0xC671_78F2,
    ]
}

extension UInt32 {
    /// The bits moved right, those that fall out coming in at the left.
    fileprivate func rotated(_ count: UInt32) -> UInt32 { self &>> count | self &<< (32 - count) }
}
