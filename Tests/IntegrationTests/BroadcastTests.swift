import Foundation
import JSON
import Redis
import Testing

/// `POST /v1/broadcast`.
@Suite(.serialized, .timeLimit(.minutes(2)))
struct BroadcastTests {
    private static let kinds = [
        "job": ["list": "job:{id}:l", "flag": "job:{id}:f"],
        "row": ["source": "flag+database", "flag": "row:{id}:f"],
    ]

    private func broadcast(
        _ body: String, to bridge: FlagpoleProcess, headers: [(String, String)] = []
    ) throws -> HTTPAnswer {
        try bridge.client().request(
            "POST", "/v1/broadcast", headers: [("Content-Type", "application/json")] + headers, body: body)
    }

    @Test func `what is sent to all, to a kind or to named feeds reaches those, and is stored`() throws {
        let bridge = try FlagpoleProcess(["kinds": Self.kinds, "server": ["threads": 2]])
        let users = try (1...3).map { try bridge.liveStream("feed=user:\($0)") }
        let job = try bridge.liveStream("feed=job:1")
        let row = try bridge.liveStream("feed=row:1")

        #expect(try broadcast(#"{"to":"all","notification":{"id":"a"}}"#, to: bridge).text == #"{"feeds":5}"#)
        for stream in users + [job, row] { #expect(try stream.ids(1) == ["a"]) }
        #expect(try broadcast(#"{"to":{"kind":"user"},"notification":{"id":"b"}}"#, to: bridge).text == #"{"feeds":3}"#)
        for stream in users { #expect(try stream.ids(1) == ["b"]) }

        // The same id again is a duplicate where it was, and new elsewhere.
        let named = #"{"to":{"feeds":["user:1","job:1","user:9","user:9"]},"notification":{"id":"b"}}"#
        #expect(try broadcast(named, to: bridge).text == #"{"feeds":3}"#)
        #expect(try job.ids(1) == ["b"])
        #expect(try bridge.stream("feed=user:9").ids(1) == ["b"])
        let redis = try bridge.redis()
        #expect(1...604_800 ~= (try redis.command("TTL", "notifications:user:9").integer))
    }

    @Test func `where nobody watches nothing is pushed`() throws {
        let bridge = try FlagpoleProcess()
        let answer = try broadcast(#"{"to":"all","notification":{}}"#, to: bridge)
        #expect(answer.status == 200 && answer.text == #"{"feeds":0}"#)
        #expect(try bridge.redis().command("KEYS", "notifications:*").count == 0)
    }

    @Test func `a feed that refuses does not keep the others from it`() throws {
        let bridge = try FlagpoleProcess()
        try bridge.redis().command("SET", "notifications:user:2", "a string")
        let body = #"{"to":{"feeds":["user:1","user:2","user:3"]},"notification":{"id":"a"}}"#
        #expect(try broadcast(body, to: bridge).text == #"{"feeds":2}"#)
        for user in [1, 3] { #expect(try bridge.stream("feed=user:\(user)").ids(1) == ["a"]) }
        #expect(try broadcast(#"{"to":{"feeds":["user:2"]},"notification":{}}"#, to: bridge).status == 409)
    }

    @Test func `a thousand feeds get it`() throws {
        let bridge = try FlagpoleProcess()
        let names = (1...1000).map { #""user:\#($0)""# }.joined(separator: ",")
        let body =
            #"{"to":{"feeds":[\#(names)]},"notification":{"id":"a","text":"\#(String(repeating: "x", count: 9000))"}}"#
        #expect(try broadcast(body, to: bridge).text == #"{"feeds":1000}"#)
        let redis = try bridge.redis()
        for user in [1, 500, 1000] { #expect(try redis.command("LLEN", "notifications:user:\(user)").integer == 1) }
    }

    @Test func `what some feeds got before the database failed is told, and counted`() throws {
        let bridge = try FlagpoleProcess(["kinds": Self.kinds])
        let database = bridge.directory.path("data/flagpole.sqlite3")
        try FileManager.default.moveItem(atPath: database, toPath: database + ".away")
        let body = #"{"to":{"feeds":["row:1","job:1"]},"notification":{"id":"a"}}"#
        let answer = try broadcast(body, to: bridge)
        #expect(answer.status == 503 && answer.json["detail"]?.asString?.contains("1 of 2 feeds have it") == true)
        #expect(try bridge.metric(#"flagpole_entries_total{result="published"}"#) == 1)
    }

    @Test func `without Redis it says how far it came and how to go on`() throws {
        let server = try RedisServer()
        let bridge = try FlagpoleProcess(redis: server)
        server.kill()
        let answer = try broadcast(#"{"to":{"feeds":["user:1"]},"notification":{"id":"a"}}"#, to: bridge)
        #expect(answer.status == 503 && answer.headers["Retry-After"] != nil)
        #expect(
            answer.json["detail"]?.asString?.contains(#"0 of 1 feeds have it; send it again with the id "a""#) == true)
    }

    @Test func `it takes an admin key for every kind that is written to`() throws {
        let environment = ["FLAGPOLE_ADMIN_KEY": "0123456789abcdef,job-job-job-job-job job"]
        let bridge = try FlagpoleProcess(
            ["kinds": Self.kinds, "auth": ["mode": "token"]], environment: environment)
        func status(_ to: String, _ key: String?) throws -> Int {
            let headers = key.map { [("Authorization", "Bearer \($0)")] } ?? []
            return try broadcast(#"{"to":\#(to),"notification":{}}"#, to: bridge, headers: headers).status
        }
        #expect(try status(#""all""#, nil) == 401)
        #expect(try status(#""all""#, "0123456789abcdef") == 200)
        #expect(try status(#""all""#, "job-job-job-job-job") == 403)
        #expect(try status(#"{"kind":"job"}"#, "job-job-job-job-job") == 200)
        #expect(try status(#"{"kind":"user"}"#, "job-job-job-job-job") == 403)
        #expect(try status(#"{"feeds":["job:1","user:1"]}"#, "job-job-job-job-job") == 403)
    }
}
