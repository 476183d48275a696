/// One address, or all that share a prefix: `10.0.0.0/8`, `2001:db8::/32` (RFC 4632 §3.1, RFC 4291 §2.3).
///
/// Of the address before the slash only the prefix counts.
package struct AddressRange: Hashable, Sendable {
    private let prefix: UInt128
    private let mask: UInt128
    private let isIPv4: Bool

    package init?(_ text: some StringProtocol) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let address = IPAddress(parts[0]) else { return nil }
        // An IPv4-mapped range is written with the length of an IPv6 prefix.
        let isShort = address.isIPv4 && !parts[0].utf8.contains(UInt8(ascii: ":"))
        let width = isShort ? 32 : 128
        var length = width
        if parts.count == 2 {
            guard let given = Int(parts[1]), 0...width ~= given, String(given) == parts[1] else { return nil }
            length = given
        }
        // A shift by the whole width leaves zero.
        mask = UInt128.max << (width - length)
        prefix = address.bits & mask
        isIPv4 = address.isIPv4 && length + 128 - width >= 96
    }

    /// Whether the address is in the range; a range of IPv6 addresses holds no IPv4 address, however wide it is.
    package func contains(_ address: IPAddress) -> Bool {
        address.isIPv4 == isIPv4 && address.bits & mask == prefix
    }
}
