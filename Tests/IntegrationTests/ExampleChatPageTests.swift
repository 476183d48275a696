import Foundation
import JSON
import Redis
import Testing

/// `Examples/ticket-chat`: rooms with a form, history, presence and typing.
@Suite(.serialized, .timeLimit(.minutes(2)), .enabled(if: isTrial, "it needs Node"))
struct ExampleChatPageTests {
    private let example: RunningExample
    private let browser: PageBrowser

    init() throws {
        example = try RunningExample("ticket-chat")
        browser = try PageBrowser()
    }

    private func signIn(_ name: String, _ ticket: Int) throws -> String {
        try example.run("sh", "sign-in.sh", name, "\(ticket)")
    }

    private func enter(_ ticket: Int, as name: String) throws -> PageWindow {
        let page = try browser.open(example, url: signIn(name, ticket))
        try eventually("\(name) is connected") { try page.text("#state") == "connected" }
        return page
    }

    @Test func `a room sees who is there, who is typing and what is said, and other rooms do not`() throws {
        let (ann, bob) = (try enter(7, as: "ann"), try enter(7, as: "bob"))
        let eve = try enter(8, as: "eve")
        for page in [ann, bob] { try eventually("both are there") { try page.text("#present") == "ann, bob" } }

        try ann.type("<b>Hello</b> & goodbye", into: "input")
        try eventually("ann is typing") { try bob.text("#typing") == "ann is typing" }
        try ann.click("button")
        for page in [ann, bob] {
            try eventually("the message") { try page.texts("#messages li") == ["ann <b>Hello</b> & goodbye"] }
        }
        try eventually("nobody is") { try bob.text("#typing") == "" }
        try eventually("an empty form") { try ann.evaluate("return document.forms[0].message.value").asString == "" }

        let answer = try example.run("node", "agent.mjs", signIn("support", 7), "We", "are", "looking", "into", "it")
            .json
        #expect(answer["status"] == .string("ok") && answer["id"]?.asString?.isEmpty == false)
        let socket = example.directory.path("data/redis.sock")
        try example.run(
            "redis-cli", "-s", socket, "RPUSH", "ticket_chat:7", #"{"sender_id":"shop","message":"Refunded"}"#)
        try example.run("redis-cli", "-s", socket, "SET", "ticket_chat:7:new", "1")
        let said = ["ann <b>Hello</b> & goodbye", "support We are looking into it", "shop Refunded"]
        for page in [ann, bob] { try eventually("all") { try page.texts("#messages li") == said } }
        #expect(try eve.texts("#messages li") == [])
        #expect(try eve.text("#present") == "eve")

        try bob.close()
        try eventually("bob has gone") { try ann.text("#present") == "ann" }
        #expect(try browser.newLogLines() == [])
    }

    @Test func `a front end that knows one EventSource and one onmessage works by its cookie`() throws {
        let ann = try enter(7, as: "ann")
        try ann.type("before", into: "input")
        try ann.click("button")
        try eventually("the message") { try ann.texts("#messages li") == ["ann before"] }

        let token = try signIn("bob", 7).split(separator: "=").last ?? ""
        try ann.evaluate("document.cookie = arguments[0]", "flagpole_token=\(token)")
        let plain = try browser.open(example, path: "/plain.html?ticket_id=7")
        try eventually("the backlog") { try plain.texts("#messages li") == ["ann: before"] }
        try ann.type("now", into: "input")
        try ann.click("button")
        try eventually("what is said now") { try plain.texts("#messages li") == ["ann: before", "ann: now"] }
        // Its form says that ann sends this, and is not believed.
        try plain.type("from bob", into: "input[name=message]")
        try plain.click("button")
        try eventually("it is bob's") { try plain.texts("#messages li").last == "bob: from bob" }
    }

    @Test func `history is there, and what is missing, too long or too much is refused in the front end's words`()
        throws
    {
        let page = try enter(9, as: "ann")
        func ask(_ path: String, _ members: Any? = nil) throws -> JSONValue {
            try page.evaluate(
                """
                const [path, members] = arguments;
                const headers = { Authorization: `Bearer ${new URLSearchParams(location.search).get('token')}` };
                const post = members && { method: 'POST', body: new URLSearchParams(members) };
                return fetch(path, { headers, ...post }).then(async (answer) => [answer.status, await answer.json()]);
                """, path, members ?? NSNull())
        }
        func send(_ message: String) throws -> Int? {
            try ask("/chat/send", ["ticket_id": "9", "message": message]).asArray?[0].asInt
        }
        for number in 1...3 { #expect(try send("\(number)") == 200) }
        try eventually("all three") { try page.texts("#messages li") == ["ann 1", "ann 2", "ann 3"] }
        let history = try ask("/chat/history?ticket_id=9&limit=2").asArray?[1]
        #expect(history?["items"]?.asArray?.map { $0["body"]?["message"] } == [.string("3"), .string("2")])

        #expect(try ask("/chat/send", ["ticket_id": "9"]) == #"[400,{"error":"Missing parameters"}]"#.json)
        #expect(try ask("/chat/send", ["ticket_id": "8", "message": "m"]).asArray?[0].asInt == 403)
        #expect(try send(String(repeating: "x", count: 2001)) == 422)
        let statuses = try (1...120).map { _ in try send("m") }
        #expect(statuses.prefix(90).allSatisfy { $0 == 200 } && statuses.last == 429)
    }
}
