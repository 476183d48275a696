import Glibc

/// The address that a connection comes from.
///
/// It becomes text when somebody asks for it, which of most connections nobody does.
package struct PeerAddress: Hashable, Sendable, CustomStringConvertible {
    private let family: Int32
    /// The address's bytes: 4 of IPv4, 16 of IPv6, none of a Unix socket's peer.
    private let high: UInt64
    private let low: UInt64

    package init(_ storage: sockaddr_storage) {
        family = Int32(storage.ss_family)
        let place: Range<Int>? =
            switch family {
            case AF_INET: MemoryLayout<sockaddr_in>.offset(of: \.sin_addr).map { $0..<$0 + 4 }
            case AF_INET6: MemoryLayout<sockaddr_in6>.offset(of: \.sin6_addr).map { $0..<$0 + 16 }
            default: nil
            }
        var address: (UInt64, UInt64) = (0, 0)
        withUnsafeBytes(of: storage) { storage in
            withUnsafeMutableBytes(of: &address) { address in
                if let place { address.copyBytes(from: storage[place]) }
            }
        }
        (high, low) = address
    }

    /// The address without its port; `unix` for a Unix socket's peer.
    package var description: String {
        guard family == AF_INET || family == AF_INET6 else { return "unix" }
        return withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(INET6_ADDRSTRLEN)) { text in
            withUnsafeBytes(of: (high, low)) { address in
                _ = inet_ntop(family, address.baseAddress, text.baseAddress, socklen_t(text.count))
            }
            return text.baseAddress.map { String(cString: $0) } ?? "unknown"
        }
    }
}
