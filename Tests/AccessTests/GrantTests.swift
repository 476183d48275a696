import Feeds
import Testing

@testable import Access

struct GrantTests {
    private func allows(_ grant: Grant, _ feed: String) throws -> Bool {
        grant.allows(try #require(FeedName(feed)))
    }

    @Test(
        arguments: [
            ("42", [], "user:42", true), ("42", [], "user:420", false), ("42", [], "user:4", false),
            ("42", [], "job:42", false), ("a|b", [], "user:a|b", true), ("A", [], "user:a", false),
            (nil, [], "user:42", false), (nil, ["user:42"], "user:42", true), (nil, ["user:42"], "user:43", false),
            (nil, ["job:*"], "job:7", true), (nil, ["job:*"], "jobs:7", false), (nil, ["job:*"], "user:7", false),
            ("42", ["job:*", "chat:1"], "chat:1", true), ("42", ["job:*", "chat:1"], "chat:2", false),
            ("42", ["job:*", "chat:1"], "user:42", true), ("42", ["job:*"], "user:43", false),
            ("42", ["user:*"], "user:43", true),
        ] as [(String?, [String], String, Bool)])
    func `a grant is for its identity's feed and what it lists`(
        identity: String?, patterns: [String], feed: String, isAllowed: Bool
    ) throws {
        let grant = Grant(
            identity: identity.flatMap { Identity($0) }, patterns: Set(patterns.compactMap { FeedPattern($0) }))
        #expect(try allows(grant, feed) == isAllowed)
    }

    @Test(arguments: ["user:42", "job:*", "a:b", "job_2-x:A.b_c@d+e-f|g"])
    func `a pattern is written as it is read`(text: String) throws {
        #expect(try #require(FeedPattern(text)).description == text)
    }

    @Test(arguments: [
        "", "*", "*:*", "*:42", ":*", "job", "job:", "job:**", "job:7*", "job:*7", "Job:*", "job :*", "job:*\n",
        "jöb:*",
        "job:*:*",
    ])
    func `what is neither a feed nor all of a kind is no pattern`(text: String) {
        #expect(FeedPattern(text) == nil)
    }

    @Test(arguments: ["42", "a.b_c@d+e-f|g", String(repeating: "i", count: 128)])
    func `an identity is the ID of its own feed`(text: String) throws {
        let identity = try #require(Identity(text))
        #expect(identity.description == text && identity.feed.text == "user:\(text)")
    }

    @Test(arguments: ["", " 42", "42 ", "4:2", "*", "é", "4\u{0}2", String(repeating: "i", count: 129)])
    func `what could be no feed's ID is no identity`(text: String) {
        #expect(Identity(text) == nil)
    }
}
