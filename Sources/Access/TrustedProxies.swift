/// The proxies whose word on where a request comes from is believed.
package struct TrustedProxies: Sendable {
    private let ranges: [AddressRange]

    package init(_ ranges: [AddressRange]) {
        self.ranges = ranges
    }

    package func contains(_ address: IPAddress) -> Bool {
        ranges.contains { $0.contains(address) }
    }

    /// The address that a request comes from, as far as it can be known.
    ///
    /// That is the peer's, unless the peer is trusted: then the last in the chain of `X-Forwarded-For` that is not.
    /// Each proxy appends whom it was called by; what stands before an address that is not trusted anyone may have
    /// written. Where the chain has something else than an address, or ends, it is the last proxy that was reached.
    ///
    /// - Parameters:
    ///   - values: The values of all `X-Forwarded-For` fields, in order.
    ///   - peer: The address that the connection comes from; `nil` for a Unix socket, which only proxies connect to.
    /// - Returns: The address to count by; `nil` where nobody has told one.
    package func clientAddress(forwardedFor values: [String], peer: IPAddress?) -> IPAddress? {
        var reached = peer
        for value in values.reversed() {
            for hop in value.utf8.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false).reversed() {
                guard reached.map(contains) ?? true, let next = IPAddress(hop: Substring(hop.trimmingBlanks())) else {
                    return reached
                }
                reached = next
            }
        }
        return reached
    }
}
