import JSON
import Testing

/// `POST /v1/feeds/{feed}/notifications`.
@Suite(.serialized, .timeLimit(.minutes(2)))
struct PublishTests {
    @Test func `an object and an array are published, and their ids returned`() throws {
        let bridge = try FlagpoleProcess()
        let stream = try bridge.liveStream("feed=user:42")
        let client = try bridge.client()

        let one = try client.publish(#"{"id":"a","title":"One"}"#, to: "user:42")
        #expect(one.status == 201)
        #expect(one.headers["Content-Type"] == "application/json")
        #expect(one.text == #"{"ids":["a"]}"#)

        let several = try client.publish(#"[{"id":7},{"title":"Without"},{"id":null}]"#, to: "user:42")
        #expect(several.status == 201)
        let ids = several.json["ids"]?.asArray?.compactMap(\.asString) ?? []
        #expect(ids.count == 3 && ids.first == "7" && Set(ids).count == 3)

        let events = try stream.notifications(4).map(\.data.json)
        #expect(events[0] == #"{"id":"a","title":"One"}"#.json)
        #expect(events[1]["id"] == .number("7"))
        #expect(events[2] == .object(["id": .string(ids[1]), "title": .string("Without")]))
        #expect(events[3]["id"]?.asString == ids[2])
    }

    @Test func `what is published lies on the list as an application would push it`() throws {
        let bridge = try FlagpoleProcess(["poll": ["interval_ms": 3_600_000]])
        #expect(try bridge.client().publish(#"{"id":"a"}"#, to: "user:42").status == 201)
        let redis = try bridge.redis()
        #expect(try redis.command("LINDEX", "notifications:user:42", "0").string == #"{"id":"a"}"#)
        #expect(try redis.command("GET", "user:42:has_new_notification").string == "1")
        #expect(1...604_800 ~= (try redis.command("TTL", "notifications:user:42").integer))
    }

    @Test func `what is published twice is stored once`() throws {
        let bridge = try FlagpoleProcess()
        let stream = try bridge.liveStream("feed=user:42")
        let client = try bridge.client()
        for attempt in 1...3 {
            let body = #"{"attempt":\#(attempt)}"#
            let keyed = try client.publish(body, to: "user:42", headers: [("Idempotency-Key", "order-1")])
            #expect(keyed.status == 201)
            #expect(keyed.text == #"{"ids":["order-1"]}"#)
            #expect(try client.publish(#"{"id":"b"}"#, to: "user:42").status == 201)
        }
        #expect(try client.publish(#"{"id":"marker"}"#, to: "user:42").status == 201)
        #expect(try stream.ids(3) == ["order-1", "b", "marker"])
        try eventually("the duplicates") { try bridge.metric(#"flagpole_entries_total{result="duplicate"}"#) == 4 }
    }

    @Test func `without Redis nothing is taken, and with it again everything`() throws {
        let server = try RedisServer()
        let bridge = try FlagpoleProcess(redis: server)
        let client = try bridge.client()
        #expect(try client.publish(#"{"id":"a"}"#, to: "user:42").status == 201)
        server.kill()

        let refused = try client.publish(#"{"id":"b"}"#, to: "user:42")
        #expect(refused.status == 503)
        #expect(refused.headers["Content-Type"] == "application/problem+json")
        #expect(refused.headers["Retry-After"] != nil)

        try server.start()
        try eventually("an acknowledgement") { try client.publish(#"{"id":"b"}"#, to: "user:42").status == 201 }
        #expect(try bridge.stream("feed=user:42").ids(2) == ["a", "b"])
    }

    @Test func `a thousand in one request arrive in their order`() throws {
        let bridge = try FlagpoleProcess()
        let stream = try bridge.liveStream("feed=user:42")
        let ids = (1...1000).map { "n\($0)" }
        let body = "[" + ids.map { #"{"id":"\#($0)"}"# }.joined(separator: ",") + "]"
        #expect(try bridge.client().publish(body, to: "user:42").status == 201)
        #expect(try stream.ids(1000) == ids)
    }
}
