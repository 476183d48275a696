import Testing

@testable import Feeds

struct FeedNameTests {
    @Test(arguments: [
        ("user:42", "user", "42"), ("a:b", "a", "b"), ("job_2-x:A.b_c@d+e-f|g", "job_2-x", "A.b_c@d+e-f|g"),
        ("u:|", "u", "|"),
    ])
    func `a name is split at its colon`(text: String, kind: String, id: String) throws {
        let name = try #require(FeedName(text))
        #expect(name.kind == kind && name.id == id && name.text == text && name.description == text)
        #expect(FeedName(kind: kind, id: id) == name)
    }

    @Test(arguments: [
        "", ":", "user", "user:", ":42", "User:42", "1user:42", "_user:42", "-user:42", "us er:42", "user:4 2",
        "user:4:2", "user:4/2", "user:%34", "user:é", "usér:1", "user:42\n", "\nuser:42", "user:4\u{0}2",
        "user:42\u{301}", "user\u{301}:42", "user:*", "user:{42}",
    ])
    func `what is against the grammar is no name`(text: String) {
        #expect(FeedName(text) == nil)
    }

    @Test func `a kind has at most 32 bytes and an ID at most 128`() {
        let (kind, id) = (String(repeating: "k", count: 32), String(repeating: "i", count: 128))
        #expect(FeedName("\(kind):\(id)")?.id.utf8.count == 128)
        #expect(FeedName("\(kind)k:\(id)") == nil)
        #expect(FeedName("\(kind):\(id)i") == nil)
        #expect(FeedName(kind: kind + "k", id: id) == nil)
        #expect(FeedName(kind: kind, id: id + "i") == nil)
    }

    @Test func `an ID takes these bytes and no others`() {
        let allowed = Set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._@+-|".utf8)
        for byte in UInt8.min...UInt8.max { #expect(FeedName.isID([byte]) == allowed.contains(byte)) }
    }

    @Test func `a kind begins with a letter and goes on with letters, digits, underscores and hyphens`() {
        let letters = Set("abcdefghijklmnopqrstuvwxyz".utf8)
        let others = letters.union("0123456789_-".utf8)
        for byte in UInt8.min...UInt8.max {
            #expect(FeedName.isKind([byte]) == letters.contains(byte))
            #expect(FeedName.isKind([UInt8(ascii: "k"), byte]) == others.contains(byte))
        }
        #expect(!FeedName.isKind([]))
    }
}
