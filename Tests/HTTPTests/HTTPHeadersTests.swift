import Testing

@testable import HTTP

struct HTTPHeadersTests {
    @Test func `fields keep their order and are found in any case`() {
        var headers = HTTPHeaders([("Vary", "Origin"), ("X-A", "1")])
        headers.add("vary", "Accept")
        #expect(headers["VARY"] == "Origin")
        #expect(headers.values("Vary") == ["Origin", "Accept"])
        #expect(headers.map(\.name) == ["Vary", "X-A", "vary"])
        #expect(headers["Var"] == nil)
        #expect(!headers.isEmpty)
        #expect(HTTPHeaders().isEmpty)
    }

    @Test func `names that differ in a symbol are different`() {
        // "@" and "`", "[" and "{" differ in the bit that tells the case of letters; "^" and "~" too.
        let headers: HTTPHeaders = ["X^": "1"]
        #expect(headers["X~"] == nil)
        #expect(headers["x^"] == "1")
    }

    @Test func `setting a field replaces all of its name`() {
        var headers: HTTPHeaders = ["A": "1", "B": "2", "a": "3"]
        headers.set("A", "4")
        #expect(headers.map { "\($0.name)=\($0.value)" } == ["B=2", "A=4"])
        headers.remove("b")
        #expect(headers.map(\.name) == ["A"])
    }

    @Test func `what is added of others stands behind, without what they have lost`() {
        var others: HTTPHeaders = ["Gone": "1", "Vary": "Origin", "Empty": ""]
        others.remove("gone")
        var headers: HTTPHeaders = ["A": "1"]
        headers.add(others)
        headers.add(HTTPHeaders())
        headers.add("B", "2")
        #expect(headers.map(\.name) == ["A", "Vary", "Empty", "B"])
        #expect(headers.map(\.value) == ["1", "Origin", "", "2"])
        #expect(headers["gone"] == nil && headers["vary"] == "Origin")
    }

    @Test func `a value cannot end its line`() {
        let headers: HTTPHeaders = ["X": "a\r\nSet-Cookie: b\0\u{7F}\tc"]
        #expect(headers["X"] == "a  Set-Cookie: b  \tc")
        #expect(headers.lines.count { $0 == .lineFeed } == 1)
    }

    @Test func `a list's members are found whole`() {
        let headers: HTTPHeaders = ["Connection": "Upgrade,\tKEEP-alive ,,", "connection": "x"]
        #expect(headers.list("connection", contains: "keep-alive"))
        #expect(headers.list("connection", contains: "x"))
        #expect(!headers.list("connection", contains: "keep"))
        #expect(!headers.list("accept", contains: "x"))
    }

    @Test func `token bytes are those of RFC 9110`() {
        let symbols = Set("!#$%&'*+-.^_`|~".utf8)
        for byte in UInt8.min...UInt8.max {
            let isAlphanumeric = byte < 0x80 && (Character(UnicodeScalar(byte)).isLetter || byte.isDigit)
            #expect(byte.isTokenByte == (isAlphanumeric || symbols.contains(byte)))
        }
    }

    @Test(arguments: ["", "a b", "GET\r\n", "\u{E9}", "a:b"])
    func `a method is a token`(name: String) {
        #expect(HTTPMethod(name) == nil)
        #expect(HTTPMethod("PURGE")?.name == "PURGE")
    }
}
