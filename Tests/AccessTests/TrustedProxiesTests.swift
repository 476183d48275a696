import Testing

@testable import Access

struct TrustedProxiesTests {
    private let proxies = TrustedProxies(["127.0.0.1", "::1", "10.0.0.0/8"].compactMap { AddressRange($0) })

    @Test(arguments: [
        ("127.0.0.1", true), ("127.0.0.2", false), ("::1", true), ("::ffff:10.1.2.3", true), ("11.0.0.1", false),
    ])
    func `a proxy is trusted where a range holds it`(address: String, isTrusted: Bool) throws {
        #expect(try proxies.contains(#require(IPAddress(address))) == isTrusted)
        #expect(try !TrustedProxies([]).contains(#require(IPAddress(address))))
    }

    @Test(
        arguments: [
            // Without a proxy that is trusted the header is anyone's.
            (["203.0.113.9"], "192.0.2.1", "192.0.2.1"), (["10.0.0.1"], "192.0.2.1", "192.0.2.1"),
            // The last that is not trusted.
            (["203.0.113.9"], "127.0.0.1", "203.0.113.9"), (["198.51.100.1, 203.0.113.9"], "127.0.0.1", "203.0.113.9"),
            (["203.0.113.9, 10.0.0.1"], "127.0.0.1", "203.0.113.9"),
            (["127.0.0.1, 203.0.113.9,10.0.0.1 ,\t10.0.0.2"], "::1", "203.0.113.9"),
            (["2001:db8::7"], "::ffff:127.0.0.1", "2001:db8::7"), (["::ffff:203.0.113.9"], "10.9.9.9", "203.0.113.9"),
            // Several fields are one list.
            (["198.51.100.1", "203.0.113.9", "10.0.0.1"], "127.0.0.1", "203.0.113.9"),
            // No one beyond the proxies.
            ([], "127.0.0.1", "127.0.0.1"), (["10.0.0.1, 10.0.0.2"], "127.0.0.1", "10.0.0.1"),
            // What is no address ends the chain.
            (["203.0.113.9, unknown"], "127.0.0.1", "127.0.0.1"),
            (["203.0.113.9, _x, 10.0.0.2"], "127.0.0.1", "10.0.0.2"),
            ([""], "127.0.0.1", "127.0.0.1"), (["203.0.113.9,"], "127.0.0.1", "127.0.0.1"),
            (["203.0.113.9 10.0.0.1"], "127.0.0.1", "127.0.0.1"),
            // With a port.
            (["203.0.113.9:4711"], "127.0.0.1", "203.0.113.9"), (["[2001:db8::7]:4711"], "127.0.0.1", "2001:db8::7"),
            (["[2001:db8::7]"], "127.0.0.1", "2001:db8::7"), (["203.0.113.9:x"], "127.0.0.1", "127.0.0.1"),
            (["[2001:db8::7]x"], "127.0.0.1", "127.0.0.1"), (["[2001:db8::7"], "127.0.0.1", "127.0.0.1"),
            (["[203.0.113.9]:80"], "127.0.0.1", "127.0.0.1"),
        ] as [([String], String, String)])
    func `a request comes from the last address that is not a trusted proxy's`(
        values: [String], peer: String, origin: String
    ) throws {
        let peer = try #require(IPAddress(peer))
        let expected = try #require(IPAddress(origin))
        #expect(proxies.clientAddress(forwardedFor: values, peer: peer) == expected)
    }

    @Test func `what comes by a Unix socket comes from a proxy`() {
        let last = proxies.clientAddress(forwardedFor: ["198.51.100.1, 203.0.113.9"], peer: nil)
        #expect(last == IPAddress("203.0.113.9"))
        #expect(proxies.clientAddress(forwardedFor: [], peer: nil) == nil)
        #expect(proxies.clientAddress(forwardedFor: ["unknown"], peer: nil) == nil)
    }
}
