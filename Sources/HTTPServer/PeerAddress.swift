import Glibc

/// The address that a connection comes from.
package struct PeerAddress: Hashable, Sendable, CustomStringConvertible {
    /// The address without its port; `unix` for a Unix socket's peer.
    package let description: String

    package init(_ storage: sockaddr_storage) {
        var storage = storage
        let family = Int32(storage.ss_family)
        guard family == AF_INET || family == AF_INET6 else {
            description = "unix"
            return
        }
        description = withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(INET6_ADDRSTRLEN)) { text in
            withUnsafePointer(to: &storage) { pointer in
                if family == AF_INET {
                    pointer.withMemoryRebound(to: sockaddr_in.self, capacity: 1) { address in
                        var address = address.pointee.sin_addr
                        inet_ntop(family, &address, text.baseAddress, socklen_t(text.count))
                    }
                } else {
                    pointer.withMemoryRebound(to: sockaddr_in6.self, capacity: 1) { address in
                        var address = address.pointee.sin6_addr
                        inet_ntop(family, &address, text.baseAddress, socklen_t(text.count))
                    }
                }
            }
            return text.baseAddress.map { String(cString: $0) } ?? "unknown"
        }
    }
}
