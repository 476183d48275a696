import Feeds
import HTTP
import Testing

@testable import Bridge

struct StreamRequestTests {
    private let settings: Configuration

    init() throws {
        var settings = Configuration()
        let (list, flag) = (try #require(KeyTemplate("job:{id}:l")), try #require(KeyTemplate("job:{id}:f")))
        settings.kinds.append(Kind(name: "job", list: list, flag: flag))
        self.settings = settings
    }

    private func stream(_ query: String, _ headers: HTTPHeaders = [:]) throws -> StreamRequest {
        let target = try #require(RequestTarget("/v1/stream?" + query))
        return try StreamRequest(HTTPRequest(method: .get, target: target, headers: headers), settings, epoch: "k3x9")
    }

    private func status(_ query: String) throws -> Int {
        try #require(throws: Problem.self) { try stream(query) }.status.code
    }

    @Test func `a stream has the feeds that it names, each once`() throws {
        let request = try stream("feed=user:42&feed=job%3A7&feed=user:42&other=x")
        #expect(
            request.feeds.map(\.name.text) == ["user:42", "job:7"] && request.feeds.map(\.isInbox) == [true, false])
        #expect(request.isEnveloped && request.start == .backlog)
    }

    @Test func `one feed comes without envelope unless that is asked for`() throws {
        #expect(try !stream("feed=user:42").isEnveloped)
        #expect(try !stream("feed=user:42&feed=user:42").isEnveloped)
        #expect(try stream("feed=user:42&envelope=1").isEnveloped)
        #expect(try !stream("feed=user:42&envelope=0").isEnveloped)
    }

    @Test func `several feeds come without envelopes if that is asked for`() throws {
        #expect(try !stream("feed=user:42&feed=job:7&envelope=0").isEnveloped)
        #expect(try stream("feed=user:42&feed=job:7&envelope=").isEnveloped)
    }

    @Test(arguments: [
        ("", 400), ("feed=", 400), ("feed=user", 400), ("feed=user:", 400), ("feed=user:a/b", 400),
        ("feed=User:1", 400),
        ("feed=chat:1", 404), ("feed=user:1&feed=chat:1", 404), ("feed=user:1&feed=x", 400),
        ("feed=user:1&batch=3", 400), ("feed=user:1&max_per_second=", 400), ("feed=user:1&since=then", 400),
        ("feed=user:1&min_interval_ms=0", 400),
        ("feed=user:1&min_interval_ms=3600001", 400), ("feed=user:1&min_interval_ms=1s", 400),
        ("feed=user:1&min_interval_ms=-5", 400), ("feed=user:1&min_interval_ms=1.5", 400),
    ])
    func `what can never work is refused`(query: String, code: Int) throws {
        #expect(try status(query) == code)
    }

    @Test func `a stream may have conditions of its own`() throws {
        #expect(try stream("feed=user:42").conditions.isEmpty)
        let request = try stream("feed=user:42&where=priority>=5&where=s%3Da,b")
        #expect(request.conditions == [EntryCondition(query: "priority>=5"), EntryCondition(query: "s=a,b")])
    }

    @Test func `conditions are bounded in length and number, and each has to be one`() throws {
        func query(_ count: Int) -> String { "feed=user:42" + String(repeating: "&where=a=b", count: count) }
        #expect(try stream(query(10)).conditions.count == 10)
        #expect(try status(query(11)) == 400)
        func long(_ count: Int) -> String { "feed=user:42&where=a=" + String(repeating: "b", count: count) }
        #expect(try stream(long(254)).conditions.count == 1)
        #expect(try status(long(255)) == 400)
        for text in ["", "priority", "priority>5", "=5", "priority>=high"] {
            let problem = try #require(throws: Problem.self) { try stream("feed=user:42&where=\(text)") }
            #expect(problem.status.code == 400 && problem.detail.contains("priority>=5"))
        }
    }

    @Test func `a stream may say how far apart its notifications shall be`() throws {
        #expect(try stream("feed=user:42").minimumInterval == nil)
        #expect(try stream("feed=user:42&min_interval_ms=").minimumInterval == nil)
        #expect(try stream("feed=user:42&min_interval_ms=1").minimumInterval == 1)
        #expect(try stream("feed=user:42&min_interval_ms=3600000").minimumInterval == 3_600_000)
    }

    @Test func `a stream has at most 100 feeds`() throws {
        func query(_ count: Int) -> String { (0..<count).map { "feed=user:\($0)" }.joined(separator: "&") }
        #expect(try stream(query(100)).feeds.count == 100)
        #expect(try status(query(101)) == 400)
    }

    @Test(
        arguments: [
            ("f1.k3x9.1041", StreamStart.after(1041), 1041), ("f1.k3x9.0", .after(0), 0),
            ("f1.other.1041", .snapshot(.newEpoch), nil), ("01J9ZK", .afterNotification("01J9ZK"), nil),
            ("1041", .afterNotification("1041"), nil), (" a ", .snapshot(.unknownCursor), nil),
            ("a%00b", .snapshot(.unknownCursor), nil),
            (String(repeating: "a", count: 257), .snapshot(.unknownCursor), nil),
            ("f1.k3x9.-1", .afterNotification("f1.k3x9.-1"), nil),
            (String(repeating: "a", count: 1025), .snapshot(.unknownCursor), nil), ("", .backlog, nil),
        ] as [(String, StreamStart, LogPosition?)])
    func `a cursor is tried as ours, then as an id`(text: String, start: StreamStart, presented: LogPosition?) throws {
        let encoded = text.replacing(" ", with: "%20")
        for name in ["last_event_id", "lastEventId"] {
            let request = try stream("feed=user:42&\(name)=\(encoded)")
            #expect(request.start == start && request.presented == presented)
        }
    }

    @Test func `the header goes before the query, an empty one is none, and either before since`() throws {
        let query = "feed=user:42&last_event_id=f1.k3x9.2&lastEventId=f1.k3x9.3&since=now"
        #expect(try stream(query, ["Last-Event-ID": "f1.k3x9.1"]).start == .after(1))
        #expect(try stream(query, ["Last-Event-ID": ""]).start == .after(2))
        #expect(try stream("feed=user:42&last_event_id=&lastEventId=f1.k3x9.3&since=now").start == .after(3))
        #expect(try stream("feed=user:42&last_event_id=&since=now").start == .now)
        #expect(try stream("feed=user:42&since=").start == .backlog)
    }
}
