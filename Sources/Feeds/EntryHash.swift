/// A 64-bit hash of an entry's bytes, by which a list is recognised at its next reading.
///
/// It stands in the database, so it must never change: 8 bytes at a time, multiplied to 128 bits and folded, in the
/// manner of wyhash; the length is mixed in last. It is not meant to withstand writers who forge collisions: their own
/// feed is all that they could harm.
package struct EntryHash: Hashable, Sendable {
    package let rawValue: UInt64

    package init(rawValue: UInt64) {
        self.rawValue = rawValue
    }

    package init(_ bytes: UnsafeBufferPointer<UInt8>) {
        var state: UInt64 = 0x9E37_79B9_7F4A_7C15
        let raw = UnsafeRawBufferPointer(bytes)
        var offset = 0
        while offset + 8 <= raw.count {
            let word = UInt64(littleEndian: raw.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
            state = EntryHash.fold(state ^ word, 0xE703_7ED1_A0B4_28DB)
            offset += 8
        }
        var rest: UInt64 = 0
        while offset < raw.count {
            rest = rest << 8 | UInt64(raw[offset])
            offset += 1
        }
        state = EntryHash.fold(state ^ rest, 0x8EBC_6AF0_9C88_C6E3)
        rawValue = EntryHash.fold(state ^ UInt64(raw.count), 0x5899_65CC_7537_4CC3)
    }

    private static func fold(_ left: UInt64, _ right: UInt64) -> UInt64 {
        let product = left.multipliedFullWidth(by: right)
        return product.high ^ product.low
    }
}
