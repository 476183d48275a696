import Feeds
import Foundation
import HTTP
import JSON
import Testing

/// Read state, the same in every tab.
@Suite(.serialized, .timeLimit(.minutes(1)))
struct InboxTests {
    private let bridge: FlagpoleProcess
    private static let kinds = ["job": ["list": "job:{id}:progress", "flag": "job:{id}:has_progress"]]

    init() throws {
        bridge = try FlagpoleProcess(["kinds": Self.kinds, "poll": ["reconcile_interval_ms": 200]])
    }

    /// Two streams that have received `n1` to `n5`.
    private func filled() throws -> [EventStreamClient] {
        let streams = try (0..<2).map { _ in try bridge.liveStream("feed=user:42") }
        try bridge.redis().push((1...5).map { #"{"id":"n\#($0)"}"# }, to: "user:42")
        for stream in streams { _ = try stream.notifications(5) }
        return streams
    }

    @discardableResult
    private func post(
        _ path: String, _ body: String, feed: String = "user:42", headers: [(String, String)] = []
    ) throws -> HTTPAnswer {
        let type = [("Content-Type", "application/json")]
        return try bridge.client().request("POST", "/v1/feeds/\(feed)/\(path)", headers: type + headers, body: body)
    }

    private func delete(_ id: String, feed: String = "user:42") throws -> HTTPAnswer {
        try bridge.client().request("DELETE", "/v1/feeds/\(feed)/notifications/\(id)")
    }

    private func unread() throws -> Int? { try bridge.get("/v1/feeds/user:42/unread").json["unread"]?.asInt }

    private func history(_ query: String = "") throws -> (ids: [String], next: JSONValue?) {
        let page = try bridge.get("/v1/feeds/user:42/notifications\(query)").json
        return ((page["items"]?.asArray ?? []).compactMap { $0["id"]?.asString }, page["next"])
    }

    // MARK: - Reading

    @Test(arguments: [
        (#"{"ids":["n2","n4","nothing"]}"#, 3, #"{"ids":["n2","n4"]}"#, ["n1", "n3", "n5"]),
        (#"{"through":"n3"}"#, 2, #"{"through":"n3"}"#, ["n4", "n5"]), (#"{"all":true}"#, 0, #"{"all":true}"#, []),
    ])
    func `what is read in one tab is read in all, once`(body: String, count: Int, told: String, left: [String]) throws {
        let streams = try filled()
        for _ in 1...2 { #expect(try post("read", body).text == #"{"unread":\#(count)}"#) }
        try bridge.redis().push(#"{"id":"last"}"#, to: "user:42")
        for stream in streams {
            let event = try stream.event(within: .seconds(1))
            #expect(event.event == "read" && Cursor(event.id) != nil)
            let data = event.data.json
            #expect(data["feed"]?.asString == "user:42" && data["unread"]?.asInt == count)
            #expect(data["read_at"]?.asString?.hasSuffix("Z") == true)
            for name in ["ids", "through", "all"] { #expect(data[name] == told.json[name]) }
            // Asking again changed nothing, and told nobody.
            #expect(try stream.event().notificationID == "last")
        }
        #expect(try unread() == count + 1)
        #expect(try history("?unread=1").ids == ["last"] + left.reversed())
        let items = try bridge.get("/v1/feeds/user:42/notifications").json["items"]?.asArray ?? []
        #expect(items.filter { $0["read_at"] == .null }.compactMap { $0["id"]?.asString } == ["last"] + left.reversed())
    }

    @Test func `a reading is taken back, and a notification removed, in all tabs`() throws {
        let streams = try filled()
        try post("read", #"{"all":true}"#)
        for _ in 1...2 { #expect(try post("unread", #"{"ids":["n5","n1"]}"#).text == #"{"unread":2}"#) }
        for _ in 1...2 { #expect(try delete("n5").text == #"{"unread":1}"#) }
        for stream in streams {
            let events = try (0..<3).map { _ in try stream.event() }
            #expect(events.map(\.event) == ["read", "unread", "removed"])
            #expect(events[1].data == #"{"feed":"user:42","ids":["n5","n1"],"unread":2}"#)
            #expect(events[2].data == #"{"feed":"user:42","id":"n5","unread":1}"#)
            #expect(Set(events.map(\.id)).count == 3)
        }
        #expect(try history().ids == ["n4", "n3", "n2", "n1"])
        // What was removed is not taken in again.
        try bridge.redis().push(#"{"id":"n5"}"#, #"{"id":"n6"}"#, to: "user:42")
        #expect(try streams[0].ids(1) == ["n6"])
    }

    @Test func `a stream that was away is told in order, with the count of now`() throws {
        let streams = try filled()
        let cursor = streams[0].lastEventID
        try post("read", #"{"ids":["n1"]}"#)
        try bridge.redis().push(#"{"id":"n6"}"#, to: "user:42")
        _ = try streams[0].notifications(2)
        try post("unread", #"{"ids":["n1"]}"#)
        _ = try delete("n2")
        try bridge.stop()
        try bridge.start()
        let back = try bridge.stream(
            "feed=user:42&feed=job:1&envelope=1", headers: [("Last-Event-ID", cursor)])
        let events = try back.untilLive()
        #expect(events.map(\.event) == ["read", "message", "unread", "removed"])
        #expect(events.allSatisfy { $0.data.json["unread"]?.asInt == 5 })
        #expect(events[1].data.json["id"]?.asString == "n6")
    }

    @Test func `what the application reads in the database itself is told too`() throws {
        let streams = try filled()
        let database = try bridge.database(.readWrite)
        try database.execute("UPDATE notifications SET read_at = 1700000000000 WHERE id IN ('n1', 'n3')")
        for stream in streams {
            let event = try stream.event()
            #expect(event.event == "read" && event.data.json["unread"]?.asInt == 3)
            #expect(event.data.json["ids"] == #"["n1","n3"]"#.json)
            #expect(event.data.json["read_at"]?.asString == "2023-11-14T22:13:20.000Z")
        }
        try database.execute("UPDATE notifications SET read_at = NULL WHERE id = 'n3'")
        #expect(try streams[0].event().data == #"{"feed":"user:42","ids":["n3"],"unread":4}"#)
        #expect(try unread() == 4)
    }

    // MARK: - History

    @Test func `history comes in pages, the newest first`() throws {
        _ = try filled()
        #expect(try history("?limit=2").ids == ["n5", "n4"])
        #expect(try history("?limit=2").next?.asString == "n4")
        #expect(try history("?limit=2&before=n4").ids == ["n3", "n2"])
        let last = try history("?limit=2&before=n2")
        #expect(last.ids == ["n1"] && last.next == .null)
        #expect(try history("?after=n2").ids == ["n5", "n4", "n3"])
        #expect(try history("?after=n1&before=n4").ids == ["n3", "n2"])
        try post("read", #"{"ids":["n4","n2"]}"#)
        #expect(try history("?unread=1&limit=2").ids == ["n5", "n3"])
        #expect(try history("?unread=1&before=n3").ids == ["n1"])
        let empty = try bridge.get("/v1/feeds/user:nobody/notifications")
        #expect(empty.status == 200 && empty.text == #"{"items":[],"next":null}"#)
    }

    @Test func `a page of large notifications ends early, and the next one goes on`() throws {
        let text = String(repeating: "x", count: 60_000)
        let stream = try bridge.liveStream("feed=job:1")
        for number in 1...40 {
            try bridge.redis().command("RPUSH", "job:1:progress", #"{"id":"n\#(number)","text":"\#(text)"}"#)
        }
        try bridge.redis().command("SET", "job:1:has_progress", "1")
        _ = try stream.notifications(40)
        var ids: [String] = []
        var (pages, before) = (0, "")
        repeat {
            let page = try bridge.get("/v1/feeds/job:1/notifications?limit=1000&before=\(before)")
            #expect(page.body.count < 1_300_000)
            ids += (page.json["items"]?.asArray ?? []).compactMap { $0["id"]?.asString }
            before = page.json["next"]?.asString ?? ""
            pages += 1
        } while !before.isEmpty
        #expect(ids == (1...40).reversed().map { "n\($0)" } && pages == 3)
    }

    // MARK: - Refusals

    @Test(arguments: [
        ("POST", "user:42/read", "{}", 400, "exactly one"), ("POST", "user:42/read", "[]", 400, "not a JSON object"),
        ("POST", "user:42/read", "{", 400, "not JSON"),
        ("POST", "user:42/read", #"{"ids":["a"],"all":true}"#, 400, "exactly one"),
        ("POST", "user:42/read", #"{"ids":[]}"#, 400, "1 to 1000"),
        ("POST", "user:42/read", #"{"ids":[true]}"#, 400, "1 to 1000"),
        ("POST", "user:42/read", #"{"all":false}"#, 400, "all is true"),
        ("POST", "user:42/read", #"{"through":"nothing"}"#, 404, "begin again"),
        ("POST", "user:42/unread", #"{"all":true}"#, 400, "ids"),
        ("POST", "job:1/read", #"{"all":true}"#, 409, "has no read state"),
        ("GET", "job:1/unread", "", 409, "has no read state"), ("GET", "nothing:1/unread", "", 404, "No kind"),
        ("GET", "user:42/notifications?limit=0", "", 400, "1 to 1000"),
        ("GET", "user:42/notifications?limit=1001", "", 400, "1 to 1000"),
        ("GET", "user:42/notifications?unread=yes", "", 400, "unread is 1"),
        ("GET", "user:42/notifications?before=nothing", "", 404, "begin again"),
    ])
    func `what cannot be meant is refused`(
        method: String, path: String, body: String, status: Int, detail: String
    ) throws {
        _ = try filled()
        let type = body.isEmpty ? [] : [("Content-Type", "application/json")]
        let answer = try bridge.client().request(method, "/v1/feeds/\(path)", headers: type, body: body)
        #expect(answer.status == status)
        #expect(answer.json["detail"]?.asString?.contains(detail) == true, "\(answer.text)")
        #expect(try unread() == 5)
        #expect(try bridge.get("/readyz").status == 200)
    }

    @Test func `a page from elsewhere changes nothing`() throws {
        _ = try filled()
        let foreign = [("Sec-Fetch-Site", "cross-site")]
        #expect(try post("read", #"{"all":true}"#, headers: foreign).status == 403)
        #expect(try post("unread", #"{"ids":["n1"]}"#, headers: foreign).status == 403)
        let answer = try bridge.client().request("DELETE", "/v1/feeds/user:42/notifications/n1", headers: foreign)
        #expect(answer.status == 403)
        #expect(try bridge.client().request("POST", "/v1/feeds/user:42/read", body: #"{"all":true}"#).status == 415)
        #expect(try unread() == 5)
    }

    @Test func `a kind without read state has history and removal all the same`() throws {
        let stream = try bridge.liveStream("feed=job:1")
        try bridge.redis().command("RPUSH", "job:1:progress", #"{"id":7}"#)
        try bridge.redis().command("SET", "job:1:has_progress", "1")
        #expect(try stream.notifications(1)[0].data == #"{"id":7}"#)
        #expect(try delete("7", feed: "job:1").text == #"{"unread":null}"#)
        #expect(try stream.event().data == #"{"feed":"job:1","id":"7","unread":null}"#)
    }
}

/// A kind whose notifications are read once they have arrived.
@Suite(.serialized, .timeLimit(.minutes(1)))
struct ReadOnDeliveryTests {
    private let bridge: FlagpoleProcess

    init() throws {
        bridge = try FlagpoleProcess(["kinds": ["user": ["mark_read": "on_delivery"]]])
    }

    private func unread() throws -> Int? { try bridge.get("/v1/feeds/user:42/unread").json["unread"]?.asInt }

    @Test func `what a peer has acknowledged is read, live and as backlog, and all are told in one event`() throws {
        try bridge.redis().push(#"{"id":"a"}"#, #"{"id":"b"}"#, to: "user:42")
        let stream = try bridge.stream("feed=user:42")
        _ = try stream.notifications(2)
        var event = try stream.event()
        while event.event != "read" { event = try stream.event() }
        #expect(event.data.json["ids"] == #"["a","b"]"#.json && event.data.json["unread"]?.asInt == 0)
        try bridge.redis().push(#"{"id":"c"}"#, to: "user:42")
        #expect(try stream.ids(1) == ["c"])
        #expect(try stream.event().data.json["ids"] == #"["c"]"#.json)
        #expect(try unread() == 0)
        #expect(try bridge.stream("feed=user:42").untilLive().isEmpty)
    }

    @Test func `what a peer has not taken stays unread`() throws {
        let slow = try bridge.stream("feed=user:42", receiveBuffer: 4096)
        try slow.untilLive()
        let text = String(repeating: "x", count: 60_000)
        try bridge.redis().push((1...100).map { #"{"id":"n\#($0)","text":"\#(text)"}"# }, to: "user:42")
        try eventually("all stored") { try bridge.database().scalarInt("SELECT count(*) FROM notifications") == 100 }
        _ = try slow.notifications(10)
        try eventually("some read") { try unread() ?? 100 < 100 }
        #expect(try unread() ?? 0 > 0)
        // Events about what was read come in between.
        while try slow.event().data.json["id"]?.asString != "n100" {}
        try eventually("all read") { try unread() == 0 }
    }
}
