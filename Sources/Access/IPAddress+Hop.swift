extension IPAddress {
    /// Parses an address as proxies write it: plain, or with a port, IPv6 then in brackets.
    init?(hop text: Substring) {
        if let address = IPAddress(text) {
            self = address
            return
        }
        var host = text
        if host.last != "]" {
            guard let colon = host.lastIndex(of: ":"), host[colon...].utf8.dropFirst().allSatisfy({ 0x30...0x39 ~= $0 })
            else {
                return nil
            }
            host = host[..<colon]
        }
        let isBracketed = host.first == "[" && host.last == "]"
        if isBracketed { host = host.dropFirst().dropLast() }
        // Brackets are for IPv6 alone, and IPv6 with a port has them.
        guard isBracketed == host.contains(":") else { return nil }
        self.init(host)
    }
}
