/// Eight bytes looked at together.
///
/// The standard library's SIMD masks are folded by scalar loops (Swift 6.3), which makes them fifty times slower.
extension UInt64 {
    /// The byte, eight times.
    init(repeating byte: UInt8) {
        self = 0x0101_0101_0101_0101 &* UInt64(byte)
    }

    /// Not zero if and only if a byte is zero; its lowest set bit lies in the lowest such byte.
    var zeroBytes: UInt64 {
        (self &- 0x0101_0101_0101_0101) & ~self & 0x8080_8080_8080_8080
    }
}
