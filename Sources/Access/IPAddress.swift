import Glibc

/// An IPv4 or IPv6 address; an IPv4-mapped IPv6 address is the IPv4 address (RFC 4291 §2.5.5.2).
package struct IPAddress: Hashable, Sendable {
    /// As IPv6; IPv4 in its mapped form, `::ffff:a.b.c.d`.
    let bits: UInt128

    /// Parses an address without port, brackets, zone or leading zeros; nil for anything else.
    package init?(_ text: some StringProtocol) {
        guard text.utf8.allSatisfy({ $0 != 0 }) else { return nil }
        var (address4, address6) = (in_addr(), in6_addr())
        if inet_pton(AF_INET, String(text), &address4) == 1 {
            bits = IPAddress.mapping | UInt128(UInt32(bigEndian: address4.s_addr))
        } else if inet_pton(AF_INET6, String(text), &address6) == 1 {
            bits = withUnsafeBytes(of: &address6) { $0.reduce(0) { $0 << 8 | UInt128($1) } }
        } else {
            return nil
        }
    }

    /// Takes the bits as they are.
    init(bits: UInt128) { self.bits = bits }

    /// An IPv4 address itself, of an IPv6 address the first in its /64.
    package var network: IPAddress { isIPv4 ? self : IPAddress(bits: bits & ~UInt128(UInt64.max)) }

    package var isIPv4: Bool { bits >> 32 == IPAddress.mapping >> 32 }

    private static let mapping: UInt128 = 0xFFFF << 32
}
