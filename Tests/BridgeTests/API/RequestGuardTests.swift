import HTTP
import Testing

@testable import Bridge

struct RequestGuardTests {
    private func request(_ headers: [(String, String)]) throws -> HTTPRequest {
        HTTPRequest(method: .post, target: try #require(RequestTarget("/")), headers: HTTPHeaders(headers))
    }

    private func status(_ check: () throws(Problem) -> Void) -> Int? {
        do {
            try check()
            return nil
        } catch {
            return error.status.code
        }
    }

    @Test(arguments: [
        "localhost", "localhost:8080", "LocalHost:1", "127.0.0.1", "127.0.0.1:8080", "192.168.1.2:80", "[::1]",
        "[::1]:8080", "[fe80::1]:80", "[::ffff:127.0.0.1]", "bridge.example.org", "Bridge.Example.Org:8080",
    ])
    func `an address, localhost and what is configured name this server`(host: String) throws {
        let request = try request([("Host", host)])
        #expect(
            status { () throws(Problem) in try RequestGuard.checkHost(request, allowed: ["bridge.example.org"]) } == nil
        )
    }

    @Test(arguments: [
        "evil.example.org", "localhost.evil.org", "127.0.0.1.evil.org", "[evil.org]", "evil.org:127.0.0.1", "1.2.3",
        "127.1", "2130706433", "0x7f.1", "localhost.", "", ":8080", "[]", "xbridge.example.org",
        "bridge.example.org.evil",
    ])
    func `another name does not`(host: String) throws {
        let request = try request([("Host", host)])
        #expect(
            status { () throws(Problem) in try RequestGuard.checkHost(request, allowed: ["bridge.example.org"]) } == 421
        )
    }

    @Test func `a request of HTTP 1.0 without a name is let through`() throws {
        let request = try request([])
        #expect(status { () throws(Problem) in try RequestGuard.checkHost(request, allowed: []) } == nil)
    }

    @Test(arguments: [
        [:], ["Sec-Fetch-Site": "same-origin"], ["Sec-Fetch-Site": "none"], ["Origin": "http://localhost:8080"],
        ["Origin": "https://LOCALHOST:8080", "Sec-Fetch-Site": "same-origin"],
        ["Origin": "https://app.example", "Sec-Fetch-Site": "cross-site"],
    ])
    func `a page of this server's own and a program may change things`(headers: [String: String]) throws {
        let request = try request([("Host", "localhost:8080")] + headers.map { ($0, $1) })
        #expect(
            status { () throws(Problem) in try RequestGuard.checkOrigin(request, allowed: ["https://app.example"]) }
                == nil)
    }

    @Test(arguments: [
        ["Sec-Fetch-Site": "cross-site"], ["Sec-Fetch-Site": "same-site"], ["Origin": "null"], ["Origin": ""],
        ["Origin": "http://localhost"], ["Origin": "http://localhost:8081"], ["Origin": "http://evil.org"],
        ["Origin": "localhost:8080"], ["Origin": "http://evil.org/localhost:8080"],
        ["Origin": "http://localhost:8080", "Sec-Fetch-Site": "cross-site"],
        ["Origin": "http://localhost:8080.evil.org"], ["Origin": "http://app.example"],
        ["Origin": "https://app.example.evil.org"],
    ])
    func `a page from elsewhere may not`(headers: [String: String]) throws {
        let request = try request([("Host", "localhost:8080")] + headers.map { ($0, $1) })
        #expect(
            status { () throws(Problem) in try RequestGuard.checkOrigin(request, allowed: ["https://app.example"]) }
                == 403)
    }

    @Test(arguments: [
        ("application/json", true), ("Application/JSON", true), ("application/json; charset=utf-8", true),
        (" application/json ;x", true), ("application/json;", true), ("", false), ("text/plain", false),
        ("application/jsonp", false), ("application/x-www-form-urlencoded", false), ("multipart/form-data", false),
        ("text/plain; application/json", false), ("application/json, text/plain", false),
    ])
    func `a body must be declared as JSON`(type: String, isAllowed: Bool) throws {
        let request = try request([("Content-Type", type)])
        #expect(status { () throws(Problem) in try RequestGuard.checkContentType(request) } == (isAllowed ? nil : 415))
    }

    @Test func `a body that is not declared is refused`() throws {
        let request = try request([])
        #expect(status { () throws(Problem) in try RequestGuard.checkContentType(request) } == 415)
    }
}
