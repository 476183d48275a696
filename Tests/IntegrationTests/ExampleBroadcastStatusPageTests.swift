import Redis
import SQLite
import Testing

/// The example `broadcast-status` in Chromium: people who are signed in, a script that can reach Redis, and a program in
/// Python that writes over HTTP.
@Suite(.serialized, .timeLimit(.minutes(3)), .enabled(if: isTrial, "examples are part of the trial"))
struct ExampleBroadcastStatusPageTests {
    private let browser: PageBrowser
    private let example: RunningExample

    init() throws {
        browser = try PageBrowser()
        example = try RunningExample("broadcast-status")
    }

    /// Signs a person in and opens the page.
    private func open(_ person: String, _ role: String = "") throws -> PageWindow {
        let page = try browser.open(example, path: "/?token=\(token(person, role))")
        try eventually("\(person) is connected") {
            let state = try page.text("#connection")
            guard state != "sign in again" else { throw HarnessError("the token of \(person) is not taken") }
            return state.wholeMatch(of: /\w+, client [0-9a-f]{16}/) != nil
        }
        return page
    }

    private func token(_ person: String, _ role: String = "") throws -> String {
        try example.run("./sign-in.sh", person, role)
    }

    /// Sends a message, and expects an answer that begins so.
    private func send(_ arguments: String..., answered beginning: String = "200 ") throws {
        let answer = try example.run(["python3", "send.py"] + arguments)
        #expect(answer.hasPrefix(beginning), "\(answer)")
    }

    @Test func `each type goes to its place, to all or to one`() throws {
        let (anna, ben) = (try open("anna", "staff"), try open("ben"))
        #expect(try ben.text("#connection").hasPrefix("ben, "))
        #expect(try anna.text("#connection").suffix(16) != ben.text("#connection").suffix(16))
        let cleo = try token("cleo", "staff")

        try send(cleo, "user_activity", "has come in", answered: #"200 {"success":true,"id":""#)
        for page in [anna, ben] {
            try eventually("the activity") { try page.texts("#user_activity li") == ["cleo: has come in"] }
        }
        try send(cleo, "notification", "your parcel", "--to", "ben")
        try eventually("the parcel") { try ben.texts("#notification li") == ["cleo: your parcel"] }

        try anna.type("<b>for all</b>", into: "input[name=message]")
        try anna.click("button")
        try eventually("it is sent") { try anna.text("#answer") == "sent" }
        try eventually("the message") {
            try ben.texts("#notification li") == ["anna: <b>for all</b>", "cleo: your parcel"]
        }
        try eventually("hers, too, and no parcel") { try anna.texts("#notification li") == ["anna: <b>for all</b>"] }

        let deployment = try example.start("./deploy.sh", "2.4")
        try eventually("maintenance") { try ben.text("#state") == "maintenance" }
        #expect(try deployment.wait() == 0)
        for page in [anna, ben] {
            try eventually("it is over") { try page.text("#state") == "operational" }
            try eventually("the version") { try page.text("[data-member=version]") == "2.4" }
        }
        #expect(try browser.newLogLines() == [])
    }

    @Test func `what cannot be sent is answered with why`() throws {
        let ben = try token("ben")
        try send(ben, "notification", "hello", "--to", "anna", answered: #"403 {"error":""#)
        try send(ben, "notification", "", answered: #"400 {"error":"Missing parameters"}"#)
        try send(ben, "notification", String(repeating: "ä", count: 280))
        let tooLong = String(repeating: "ä", count: 281)
        try send(ben, "notification", tooLong, answered: #"422 {"error":"message is too long"#)
        try send("not-a-known-token", "notification", "hello", answered: #"401 {"error":""#)
    }

    @Test func `a writer has a hundred messages a minute, and each their own hundred`() throws {
        let dora = try token("dora")
        let began = ContinuousClock.now
        let answers = try example.run("python3", "send.py", dora, "user_activity", "again", "--times", "150")
            .split(separator: "\n")
        // Then one comes in every 0.6 s.
        let most = 101 + Int((ContinuousClock.now - began) / .milliseconds(600))
        let taken = answers.filter { $0.hasPrefix("200 ") }.count
        #expect(100...most ~= taken && taken < 150, "\(answers)")
        #expect(answers.filter { $0.hasPrefix(#"429 {"error":""#) }.count == 150 - taken)
        try send(token("emil"), "user_activity", "still here")
    }

    @Test func `a message to somebody who is away waits, and counts as read once it has come`() throws {
        try send(token("cleo", "staff"), "notification", "call me", "--to", "fred")
        let fred = try open("fred")
        try eventually("the message") { try fred.texts("#notification li") == ["cleo: call me"] }
        let read = "SELECT count(*) FROM notifications WHERE feed = 'user:fred' AND read_at IS NOT NULL"
        try eventually("it is read") { try example.database().integers(read) == [1] }
        let again = try open("fred")
        try send(token("cleo", "staff"), "notification", "never mind", "--to", "fred")
        try eventually("only what is new") { try again.texts("#notification li") == ["cleo: never mind"] }
    }
}
