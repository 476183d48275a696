import Access
import Feeds
import HTTP
import JSON
import Testing

@testable import Bridge

/// What a request to a route is taken for.
struct RoutedRequestTests {
    private func routed(
        _ name: String, _ members: String, _ target: String, segments: [String] = [], body: String = "",
        type: String = "application/json", identity: String? = nil
    ) throws -> RoutedRequest {
        let settings = try load(
            #"{"auth": {"mode": "proxy"}, "kinds": \#(kinds), "routes": {"\#(name)": \#(members)}}"#)
        let route = try #require(settings.routes.first)
        let request = HTTPRequest(
            method: route.method, target: try #require(RequestTarget(target)), headers: ["Content-Type": type],
            body: Array(body.utf8))
        return try RoutedRequest(route, segments, request, from: identity.flatMap { Identity($0) })
    }

    private let kinds = #"{"chat": {"list": "chat:{id}:l", "flag": "chat:{id}:f"}}"#

    private func problem(_ body: () throws -> Void) throws -> Problem {
        try #require(throws: Problem.self) { try body() }
    }

    @Test func `a placeholder comes from the query, or is the identity, and never makes another kind`() throws {
        let chat = #"{"feed": "chat:{ticket_id}"}"#
        #expect(try routed("/c", chat, "/c?ticket_id=7").feeds().map(\.text) == ["chat:7"])
        #expect(try routed("/c", chat, "/c?ticket_id=7&ticket_id=8").feeds().map(\.text) == ["chat:7"])
        #expect(
            try routed("/s", #"{"feed": "user:{user}"}"#, "/s?user=7", identity: "42").feeds().map(\.text) == [
                "user:42"
            ])
        let several = #"{"feeds": ["user:{user}", "chat:{a}.{b}"]}"#
        #expect(
            try routed("/s", several, "/s?a=x&b=y", identity: "42").feeds().map(\.text) == ["user:42", "chat:x.y"])
        #expect(
            try routed("/c/{room}/s", #"{"feed": "chat:{room}"}"#, "/c/9/s?room=8", segments: ["9"]).feeds()[0].text
                == "chat:9")
        for value in ["user:1", "a/b", "%20", "a%00", "é", String(repeating: "a", count: 129), "*", "7,user:1"] {
            let value = PercentEncoding.encode(PercentEncoding.decode(value) ?? value)
            let refusal = try problem { _ = try routed("/c", chat, "/c?ticket_id=\(value)").feeds() }
            #expect(refusal.status == .badRequest && refusal.detail.hasPrefix("ticket_id: allowed are"))
        }
        #expect(try problem { _ = try routed("/s", #"{"feed": "user:{user}"}"#, "/s?user=7") }.status == .unauthorized)
    }

    @Test func `a stream has what the route says, and of the client's wishes the others`() throws {
        let members = #"{"feed": "chat:{t}", "query": {"envelope": 1, "where": ["a>=1", "b=2"]}}"#
        let request = try routed(
            "/c", members, "/c?t=7&feed=user:1&where=x%3D1&envelope=0&since=now&events=1&token=secret&keep=1")
        let target = try request.request(path: "/v1/stream", feeds: request.feeds()).target
        #expect(target.path == "/v1/stream" && target.all("feed") == ["chat:7"])
        #expect(target.all("where") == ["a>=1", "b=2"] && target.all("envelope") == ["1"])
        #expect(target.all("since") == ["now"] && target.all("events").isEmpty && target.all("token").isEmpty)
    }

    @Test func `what the route says of pace is the stream's, whatever the client asks for`() throws {
        let request = try routed(
            "/c", #"{"feed": "user:1", "query": {"min_interval_ms": 1000}}"#, "/c?min_interval_ms=1")
        let stream = try StreamRequest(
            request.request(path: "/v1/stream", feeds: request.feeds()), Configuration(), epoch: "k3x9")
        #expect(stream.minimumInterval == 1000)
    }

    private let send = #"{"feed": "chat:{ticket_id}", "require": ["ticket_id", "message"]}"#

    @Test func `JSON and forms are bodies alike`() throws {
        let json = try routed("POST /c", send, "/c", body: #"{"ticket_id":7,"message":"hé & < >","n":1.50}"#)
        #expect(try json.feeds()[0].text == "chat:7")
        #expect(
            try json.notification()
                == ["ticket_id": .number("7"), "message": .string("hé & < >"), "n": .number("1.50")])
        let form = try routed(
            "POST /c", send, "/c", body: "ticket_id=7&message=h%C3%A9+%26&empty=&bare",
            type: "application/x-www-form-urlencoded; charset=UTF-8")
        #expect(
            try form.notification()
                == ["ticket_id": .string("7"), "message": .string("hé &"), "empty": .string(""), "bare": .string("")])
        let parts = try routed(
            "POST /c", send, "/c",
            body: "--b-1\r\nContent-Disposition: form-data; name=\"ticket_id\"\r\n\r\n7\r\n"
                + "--b-1\r\nContent-Disposition: form-data; name=\"message\"\r\n\r\nhé &\r\n--b-1--\r\n",
            type: "multipart/form-data; boundary=b-1")
        #expect(try parts.notification() == ["ticket_id": .string("7"), "message": .string("hé &")])
    }

    @Test(arguments: [
        ("{", "application/json", 400), ("[]", "application/json", 400),
        ("a=%F", "application/x-www-form-urlencoded", 400),
        ("a=%FF", "application/x-www-form-urlencoded", 400), ("a=1", "text/plain", 415), ("a=1", "", 415),
        ("--x", "multipart/form-data; boundary=x", 400), ("--x--", "multipart/form-data", 400),
    ])
    func `what cannot be read is refused`(body: String, type: String, status: Int) throws {
        #expect(try problem { _ = try routed("POST /c", send, "/c", body: body, type: type) }.status.code == status)
    }

    @Test(arguments: [
        "{}", #"{"ticket_id":null,"message":"m"}"#, #"{"ticket_id":"7","message":""}"#, #"{"message":"m"}"#,
    ])
    func `a parameter that is missing, null or empty is asked for`(body: String) throws {
        let refusal = try problem { _ = try routed("POST /c", send, "/c", body: body).feeds() }
        #expect(refusal.status == .badRequest && refusal.detail.hasPrefix("Missing parameters: "))
        #expect(refusal.response.headers["Content-Type"] == "application/problem+json")
    }

    @Test func `errors come in the words that a front end expects`() throws {
        func answer(_ more: String, _ body: String = "{}") throws -> String {
            let members = #"{"feed": "chat:{ticket_id}", \#(more)}"#
            let refusal = try problem { _ = try routed("POST /c", members, "/c", body: body).feeds() }
            #expect(refusal.response.headers["Content-Type"] == "application/json")
            return String(decoding: refusal.response.body, as: UTF8.self)
        }
        #expect(try answer(#""errors": "plain""#) == #"{"error":"Missing parameters"}"#)
        #expect(try answer(#""errors": "plain", "missing": {"ok": false}"#) == #"{"ok":false}"#)
        #expect(try answer(#""missing": {"error": "What?"}"#) == #"{"error":"What?"}"#)
        let route = try load(#"{"kinds": \#(kinds), "routes": {"/c": {"feed": "chat:1", "errors": "plain"}}}"#).routes[
            0]
        #expect(route.phrased(Problem(.forbidden, "No.")).answer == ["error": .string("No.")])
    }

    @Test func `what is published is what the route lets through, and what it sets`() throws {
        let members = """
            {"feed": "chat:{ticket_id}", "who": "reader", "body": ["ticket_id", "message", "mood"], "max_length": {"message": 3},
             "set": {"sender_id": "{user}", "room": "room {ticket_id}", "v": 1, "tags": ["{user}", {"of": "{ticket_id}", "n": null}]},
             "answer": {"status": "ok", "id": "{id}"}}
            """
        func sent(_ body: String) throws -> RoutedRequest {
            try routed("POST /c", members, "/c?ticket_id=7", body: body, identity: "42")
        }
        let message = try sent(#"{"message":"äöü","sender_id":"1","id":"x","event":"e"}"#)
        #expect(
            try message.notification() == [
                "ticket_id": .string("7"), "message": .string("äöü"), "sender_id": .string("42"),
                "room": .string("room 7"), "v": .number("1"),
                "tags": .array([.string("42"), .object(["of": .string("7"), "n": .null])]),
            ])
        #expect(message.answer(id: "a1") == ["status": .string("ok"), "id": .string("a1")])
        #expect(try problem { _ = try sent(#"{"message":"four"}"#).notification() }.status == .unprocessableContent)
        #expect(try problem { _ = try sent(#"{"message":["a long one"]}"#).notification() }.status == .badRequest)
    }

    @Test func `what is published stands in the body, and what it must have and may be is asked of that`() throws {
        func refusal(_ target: String, _ body: String, _ more: String = "", segments: [String] = []) throws -> Int? {
            let members =
                #"{"feed": "chat:{ticket_id}", "require": ["ticket_id", "message"], "max_length": {"ticket_id": 3}\#(more)}"#
            let name = segments.isEmpty ? "POST /c" : "POST /c/{ticket_id}"
            do {
                _ = try routed(name, members, target, segments: segments, body: body).notification()
                return nil
            } catch let problem as Problem {
                return problem.status.code
            }
        }
        #expect(try refusal("/c?ticket_id=7", #"{"message":"m"}"#) == nil)
        #expect(try refusal("/c?ticket_id=7&message=secret", "{}") == 400)
        #expect(try refusal("/c?ticket_id=7&message=secret", "{}", #", "body": ["message"]"#) == 400)
        #expect(try refusal("/c?ticket_id=7&by=me", #"{"message":"m"}"#, #", "set": {"by": "{by}"}"#) == 400)
        #expect(try refusal("/c?ticket_id=7777", #"{"message":"m"}"#) == 422)
        let both = #"{"message":"m","ticket_id":"7777"}"#
        #expect(try refusal("/c/7", both, segments: ["7"]) == 422)
        #expect(try refusal("/c/7", both, #", "body": ["message"]"#, segments: ["7"]) == nil)
    }
}
