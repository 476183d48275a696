import Testing

@testable import Feeds

struct EntryTimesTests {
    private func times(_ entry: String) -> EntryTimes? {
        var reader = EntryReader(maximumBytes: 65_536)
        guard case .notification(_, _, let times) = Array(entry.utf8).withUnsafeBufferPointer({ reader.read($0) })
        else {
            return nil
        }
        return times
    }

    @Test(arguments: [
        (#""2026-11-21T12:00:00Z""#, 1_795_262_400_000), (#""2026-11-21T13:00:00.250+01:00""#, 1_795_262_400_250),
        ("1795262400", 1_795_262_400_000), ("1795262400.25", 1_795_262_400_250), ("1.7952624e9", 1_795_262_400_000),
        ("1795262400250", 1_795_262_400_250), ("99999999999", 99_999_999_999_000), ("100000000000", 100_000_000_000),
        ("0", 0), ("-5", -5000),
    ])
    func `a time is RFC 3339, seconds, or from 10^11 on milliseconds`(value: String, expected: Int64) {
        #expect(times("{\"deliver_at\":\(value)}") == EntryTimes(deliverAt: expected))
        #expect(times("{\"id\":1,\"expires_at\":\(value)}") == EntryTimes(expiresAt: expected))
    }

    @Test(arguments: [
        "null", "true", #""""#, #""tomorrow""#, #""1795262400""#, #""2026-11-21""#, #""2026-02-30T00:00:00Z""#, "[]",
        "{}", "1e30", "-1e300",
    ])
    func `what is no time counts as none`(value: String) {
        #expect(times("{\"deliver_at\":\(value),\"expires_at\":\(value)}") == .always)
    }

    @Test func `only an entry's own members count`() {
        #expect(times(#"{"data":{"deliver_at":5}}"#) == .always)
    }
}
