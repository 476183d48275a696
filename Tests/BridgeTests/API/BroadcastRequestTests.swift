import Feeds
import HTTP
import Testing

@testable import Bridge

struct BroadcastRequestTests {
    private let settings: Configuration

    init() throws {
        var settings = Configuration()
        let (list, flag) = (try #require(KeyTemplate("job:{id}:l")), try #require(KeyTemplate("job:{id}:f")))
        settings.kinds.append(Kind(name: "job", list: list, flag: flag))
        self.settings = settings
    }

    private func broadcast(_ body: String, key: String? = nil) throws -> BroadcastRequest {
        let headers = key.map { HTTPHeaders([("Idempotency-Key", $0)]) } ?? [:]
        let target = try #require(RequestTarget("/v1/broadcast"))
        return try BroadcastRequest(
            HTTPRequest(method: .post, target: target, headers: headers, body: Array(body.utf8)), settings)
    }

    @Test func `feeds are named one by one, by their kind, or all`() throws {
        let named = try broadcast(#"{"to":{"feeds":["user:1","job:2","user:1"]},"notification":{"id":"a"}}"#)
        #expect(named.recipients == .feeds([try FeedName(of: "user:1"), try FeedName(of: "job:2")]))
        #expect(named.kinds(settings) == ["job", "user"] && named.publication.ids == ["a"])
        let kind = try broadcast(#"{"to":{"kind":"job"},"notification":{}}"#)
        #expect(kind.recipients == .watched(kind: "job") && kind.kinds(settings) == ["job"])
        let all = try broadcast(#"{"to":"all","notification":{}}"#, key: "k")
        #expect(all.recipients == .watched(kind: nil) && all.kinds(settings) == ["user", "job"])
        #expect(all.publication.ids == ["k"])
    }

    @Test(arguments: [
        ("", 400), ("[]", 400), ("{}", 400), (#"{"to":"all"}"#, 400), (#"{"notification":{}}"#, 400),
        (#"{"to":"some","notification":{}}"#, 400), (#"{"to":{},"notification":{}}"#, 400),
        (#"{"to":{"kind":1},"notification":{}}"#, 400), (#"{"to":{"feeds":"user:1"},"notification":{}}"#, 400),
        (#"{"to":{"feeds":[1]},"notification":{}}"#, 400), (#"{"to":{"feeds":["user"]},"notification":{}}"#, 400),
        (#"{"to":{"feeds":["user:1"],"kind":"user"},"notification":{}}"#, 400),
        (#"{"to":{"kind":"chat"},"notification":{}}"#, 404), (#"{"to":{"feeds":["chat:1"]},"notification":{}}"#, 404),
        (#"{"to":{"feeds":[]},"notification":{}}"#, 422), (#"{"to":"all","notification":[]}"#, 422),
        (#"{"to":"all","notification":{"id":true}}"#, 422),
    ])
    func `what cannot be sent is refused`(body: String, status: Int) throws {
        #expect(try #require(throws: Problem.self) { try broadcast(body) }.status.code == status)
    }

    @Test func `at most a thousand feeds can be named`() throws {
        func body(_ count: Int) -> String {
            let names = (0..<count).map { #""user:\#($0)""# }.joined(separator: ",")
            return #"{"to":{"feeds":[\#(names)]},"notification":{}}"#
        }
        #expect(throws: Never.self) { try broadcast(body(1000)) }
        #expect(throws: Problem.self) { try broadcast(body(1001)) }
    }
}
