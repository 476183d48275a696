import Testing

@testable import HTTP

struct URLEncodedFormTests {
    private func parse(_ body: [UInt8]) -> [String]? { URLEncodedForm.parse(body)?.map { "\($0.name)=\($0.value)" } }

    @Test(arguments: [
        ("a=1&b=2", ["a=1", "b=2"]), ("a=1&a=2", ["a=1", "a=2"]), ("", []), ("&&", []), ("a", ["a="]), ("=", ["="]),
        ("a=b=c", ["a=b=c"]), ("a+b=c+d", ["a b=c d"]), ("a=%2B%26%3D%25", ["a=+&=%"]), ("%61=%0A", ["a=\n"]),
        ("a=gr%C3%BC%C3%9Fe", ["a=grüße"]), ("a=grüße und mehr", ["a=grüße und mehr"]), ("a=1&", ["a=1"]),
    ])
    func `a form's fields come decoded and in order`(body: String, fields: [String]) {
        #expect(parse(Array(body.utf8)) == fields)
    }

    @Test(arguments: ["a=%", "a=%4", "a=%zz", "a=%FF", "%=1", "a=1&b=%C3"])
    func `an incomplete escape and what is not UTF-8 make it no form`(body: String) {
        #expect(parse(Array(body.utf8)) == nil)
    }

    @Test func `raw bytes that are not UTF-8 make it no form either`() {
        #expect(parse([0x61, 0x3D, 0xFF]) == nil)
    }
}
