import Testing

@testable import Access

struct IPAddressTests {
    @Test(arguments: [
        ("192.0.2.7", "::ffff:192.0.2.7"), ("192.0.2.7", "::FFFF:c000:207"), ("2001:db8::7", "2001:0DB8:0:0:0:0:0:7"),
        ("::1", "0:0:0:0:0:0:0:1"), ("0.0.0.0", "::ffff:0:0"),
    ])
    func `an address that is written differently is the same`(left: String, right: String) throws {
        #expect(try #require(IPAddress(left)) == #require(IPAddress(right)))
    }

    @Test(arguments: [
        ("192.0.2.7", "192.0.2.8"), ("192.0.2.7", "::192.0.2.7"), ("0.0.0.0", "::"), ("127.0.0.1", "::1"),
    ])
    func `other addresses are others`(left: String, right: String) throws {
        #expect(try #require(IPAddress(left)) != #require(IPAddress(right)))
    }

    @Test(arguments: [
        "", "unix", "localhost", "192.0.2", "192.0.2.7.8", "192.0.2.256", "192.0.2.07", "0x7f.1", "127.1", "2130706433",
        " 192.0.2.7", "192.0.2.7 ", "192.0.2.7:80", "[::1]", "::1%lo", ":::1", "1::2::3", "192.0.2.7\0", "192.0.2.7/32",
        "१.1.1.1",
    ])
    func `what is no address is refused`(text: String) {
        #expect(IPAddress(text) == nil)
    }

    @Test(arguments: [
        ("192.0.2.7", "192.0.2.7", true), ("192.0.2.7", "192.0.2.6", false), ("192.0.2.7", "::ffff:192.0.2.7", true),
        ("10.0.0.0/8", "10.255.255.255", true), ("10.0.0.0/8", "11.0.0.0", false),
        ("10.0.0.0/8", "9.255.255.255", false),
        ("10.1.2.3/8", "10.9.9.9", true), ("192.0.2.128/25", "192.0.2.127", false),
        ("192.0.2.128/25", "192.0.2.128", true),
        ("192.0.2.7/32", "192.0.2.7", true), ("192.0.2.7/32", "192.0.2.6", false), ("0.0.0.0/0", "203.0.113.1", true),
        ("0.0.0.0/0", "::1", false), ("::/0", "2001:db8::1", true), ("::/0", "203.0.113.1", false),
        ("2001:db8::/32", "2001:db8:ffff::1", true), ("2001:db8::/32", "2001:db9::", false),
        ("fe80::/10", "febf::1", true), ("fe80::/10", "fec0::1", false), ("::1", "::1", true), ("::1", "::2", false),
        ("2001:db8::7/128", "2001:db8::7", true), ("2001:db8::7/128", "2001:db8::6", false),
        ("::ffff:10.0.0.0/104", "10.9.9.9", true), ("::ffff:10.0.0.0/104", "11.0.0.0", false),
        ("::ffff:0:0/96", "203.0.113.1", true), ("::ffff:10.0.0.0/64", "10.0.0.0", false),
    ])
    func `a range holds what shares its prefix`(range: String, address: String, isInside: Bool) throws {
        #expect(try #require(AddressRange(range)).contains(#require(IPAddress(address))) == isInside)
    }

    @Test(arguments: [
        "", "/", "/8", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/+8", "10.0.0.0/08", "10.0.0.0/8/8", "10/8",
        "10.0.0.0/255.0.0.0", "::/129", "10.0.0.0 /8", "10.0.0.0/ 8", "example.com", "*",
        "10.0.0.0/99999999999999999999",
    ])
    func `what is no range is refused`(text: String) {
        #expect(AddressRange(text) == nil)
    }

    @Test func `a prefix of every length splits the addresses at its last bit`() throws {
        let base = try #require(IPAddress("2001:db8:a5a5:5a5a:a5a5:5a5a:a5a5:5a5a"))
        for length in 1...128 {
            let range = try #require(AddressRange("2001:db8:a5a5:5a5a:a5a5:5a5a:a5a5:5a5a/\(length)"))
            #expect(range.contains(base))
            #expect(!range.contains(IPAddress(bits: base.bits ^ 1 << UInt128(128 - length))))
            if length < 128 { #expect(range.contains(IPAddress(bits: base.bits ^ 1 << UInt128(127 - length)))) }
        }
    }
}
