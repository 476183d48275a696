import Feeds
import HTTP
import JSON
import Testing

@testable import Bridge

struct PublicationTests {
    private func publication(_ body: String, key: String? = nil, maximum: Int = 65_536) throws -> Publication {
        var settings = Configuration()
        settings.poll.maxNotificationBytes = maximum
        let headers = key.map { HTTPHeaders([("Idempotency-Key", $0)]) } ?? [:]
        let target = try #require(RequestTarget("/v1/feeds/user:42/notifications"))
        return try Publication(
            HTTPRequest(method: .post, target: target, headers: headers, body: Array(body.utf8)), settings)
    }

    private func entries(_ publication: Publication) -> [String] {
        publication.entries.map { String(decoding: $0, as: UTF8.self) }
    }

    private func problem(_ body: String, key: String? = nil, maximum: Int = 65_536) throws -> Problem {
        try #require(throws: Problem.self) { try publication(body, key: key, maximum: maximum) }
    }

    @Test func `one object is one entry, several are as many, in order`() throws {
        let one = try publication(#"{"id":"a","x":1.50}"#)
        #expect(one.ids == ["a"] && entries(one) == [#"{"id":"a","x":1.50}"#])
        let three = try publication(#" [{"id":"b"}, {"id":2}, {"id":"a"}] "#)
        #expect(three.ids == ["b", "2", "a"] && entries(three) == [#"{"id":"b"}"#, #"{"id":2}"#, #"{"id":"a"}"#])
    }

    @Test(arguments: ["{}", #"{"id":null}"#, #"{"id":""}"#, #"{"title":"x"}"#])
    func `an entry without id gets one, which is told`(body: String) throws {
        let publication = try publication(body)
        #expect(publication.ids[0].utf8.count == 26)
        var reader = EntryReader(maximumBytes: 1000)
        let entry = publication.entries[0].withUnsafeBufferPointer { reader.read($0) }
        #expect(entry == .notification(id: publication.ids[0], event: nil))
    }

    @Test func `what is read of an entry stays as it is`() throws {
        let body = #"{"id":"a","n":12345678901234567890.10,"s":"\u00e9\ud83d\ude00 < / >","o":{"z":1,"a":[]}}"#
        let publication = try publication(body)
        #expect(try JSONValue.parse(publication.entries[0]) == JSONValue.parse(Array(body.utf8)))
        #expect(entries(publication)[0].contains("12345678901234567890.10"))
    }

    @Test func `a key is the id of a single object`() throws {
        #expect(try publication("{}", key: "k1").ids == ["k1"])
        #expect(try publication(#"{"id":"k1"}"#, key: "k1").ids == ["k1"])
        #expect(try problem(#"{"id":"other"}"#, key: "k1").status == .unprocessableContent)
        #expect(try problem(#"[{"id":"a"}]"#, key: "k1").status == .badRequest)
    }

    @Test(arguments: ["", "a\tb", String(repeating: "k", count: 257)])
    func `a key that is no id is refused`(key: String) throws {
        #expect(try problem("{}", key: key).status == .unprocessableContent)
    }

    @Test(arguments: ["", "{", "nonsense", "{} {}", #"{"a":1,}"#])
    func `what is not JSON is refused`(body: String) throws {
        #expect(try problem(body).status == .badRequest)
    }

    @Test(arguments: ["[]", "1", "null", #""text""#, "[1]", "[[]]", #"{"id":true}"#, #"{"id":" x"}"#, #"{"id":1.5}"#])
    func `what is no notification is refused`(body: String) throws {
        #expect(try problem(body).status == .unprocessableContent)
    }

    @Test func `one that is not allowed refuses all, and is named`() throws {
        let problem = try problem(#"[{"id":"a"},{"id":"b"},{"id":{}},{"id":false}]"#)
        #expect(problem.status == .unprocessableContent && problem.detail.contains("Notification 2 "))
    }

    @Test func `as many as 1000 may come at once`() throws {
        func body(_ count: Int) -> String { "[" + (0..<count).map { #"{"id":\#($0)}"# }.joined(separator: ",") + "]" }
        #expect(try publication(body(1000)).entries.count == 1000)
        #expect(try problem(body(1001)).status == .unprocessableContent)
    }

    @Test func `an entry must be small enough with its id`() throws {
        #expect(try publication(#"{"id":"a","x":"12"}"#, maximum: 19).ids == ["a"])
        #expect(try problem(#"{"id":"a","x":"123"}"#, maximum: 19).status == .unprocessableContent)
        #expect(try problem(#"{"x":"12345678"}"#, maximum: 30).status == .unprocessableContent)
    }
}
