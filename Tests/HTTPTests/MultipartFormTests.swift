import Testing

@testable import HTTP

struct MultipartFormTests {
    private func parse(_ body: String, boundary: String = "b") -> [String]? {
        MultipartForm.parse(Array(body.utf8), boundary: boundary)?.map { "\($0.name)=\($0.value)" }
    }

    private func part(_ parameters: String, _ value: String, boundary: String = "b") -> String {
        "--\(boundary)\r\nContent-Disposition: form-data; \(parameters)\r\n\r\n\(value)\r\n"
    }

    @Test func `a form's fields come in order, whatever is in them`() {
        let boundary = "----WebKitFormBoundary7MA4YWxkTrZu0gW"
        let values = ["1", "", "\r\n\r\n--", "--\(boundary.dropLast())", "grüße\n\u{1F389}", "a&b=%41"]
        let body = values.enumerated().map { part("name=\"n\($0.offset)\"", $0.element, boundary: boundary) }.joined()
        let fields = parse(body + "--\(boundary)--\r\n", boundary: boundary)
        #expect(fields == values.enumerated().map { "n\($0.offset)=\($0.element)" })
        #expect(parse("--b--") == [])
        #expect(parse(part("name=a", "1") + "--b--and what comes after") == ["a=1"])
    }

    @Test func `headers of a part are in any order and case, and may be others too`() {
        let body = """
            --b \t\r\nContent-Type: text/plain; charset=UTF-8\r\nX\r\ncontent-DISPOSITION:form-data ;NAME = \r
            content-disposition:  Form-Data; name="a"\r\nContent-Transfer-Encoding: 8bit\r\n\r\n1\r\n--b--
            """
        #expect(parse(body) == ["a=1"])
    }

    @Test(arguments: [
        (#"name="a%22b%0D%0A""#, ["a\"b\r\n=1"]), (#"name="a\"b""#, ["a\"b=1"]), ("name=token", ["token=1"]),
        (#"name="" "#, ["=1"]), (#"name="a"; filename="""#, []), (#"filename="x.png"; name="a""#, []),
        (#"name="a;b=c""#, ["a;b=c=1"]), (#"name="é""#, ["é=1"]),
    ])
    func `a name is taken as browsers write it, a file is left out`(parameters: String, fields: [String]) {
        #expect(parse(part(parameters, "1") + "--b--") == fields)
    }

    @Test(arguments: [
        "", "--b", "b", "\r\n--b--", "--bb--", "--b-", "--b\r\n", "--b\r\n\r\n1\r\n--b--", "--b\n\nname\n--b--",
        "--b\r\nContent-Disposition: form-data\r\n\r\n1\r\n--b--",
        "--b\r\nContent-Disposition: attachment; name=a\r\n\r\n1\r\n--b--",
        "--b\r\nContent-Disposition: form-data; name=a\r\n\r\n1--b--",
        "--b\r\nContent-Disposition: form-data; name=a\r\n\r\n1\r\n--b",
        "--b\r\nContent-Disposition: form-data; name=a\r\n\r\n1\r\n--bb--",
        "--b\r\nContent-Disposition: form-data; name=a\r\n--b--",
    ])
    func `what is no form of that boundary is refused`(body: String) {
        #expect(parse(body) == nil)
    }

    @Test func `a value that is not UTF-8 makes it no form, and so does no boundary or a long one`() {
        let body = Array(part("name=a", "").utf8.dropLast(2)) + [0xFF] + Array("\r\n--b--".utf8)
        #expect(MultipartForm.parse(body, boundary: "b") == nil)
        #expect(parse("----", boundary: "") == nil)
        let long = String(repeating: "b", count: 71)
        #expect(parse("--\(long)--", boundary: long) == nil)
        #expect(parse("--\(long.dropLast())--", boundary: String(long.dropLast())) == [])
    }

    @Test(arguments: [
        ("text/plain", "text/plain", [:]), (" Text/HTML ; Charset=UTF-8", "text/html", ["charset": "UTF-8"]),
        ("a/b;c=d; ;e=\"f;\\\"\"\t;C=x;", "a/b", ["c": "d", "e": "f;\""]), ("", "", [:]),
    ])
    func `a header's value is split from its parameters`(text: String, value: String, parameters: [String: String])
        throws
    {
        let field = try #require(ParameterizedValue(text))
        #expect(field.value == value)
        #expect(field.parameters == parameters)
    }

    @Test(arguments: ["a;b", "a;b=", "a;=c", "a;b=\"c", "a;b=\"c\\", "a;b=c d", "a;b =c", "a;b=\"c\"d"])
    func `parameters that cannot be read are none`(text: String) {
        #expect(ParameterizedValue(text) == nil)
        #expect(ParameterizedValue.value(of: text) == "a")
    }
}
