import Testing

@testable import Feeds

struct KeyTemplateTests {
    @Test(arguments: [
        ("notifications:user:{id}", "notifications:user:", ""), ("job:{id}:progress", "job:", ":progress"),
        ("a{id}", "a", ""), ("{{id}}", "{", "}"), ("k{id}{i}d}", "k", "{i}d}"),
    ])
    func `a template is split at its placeholder`(text: String, prefix: String, suffix: String) throws {
        let template = try #require(KeyTemplate(text))
        #expect(template.prefix == prefix && template.suffix == suffix && template.description == text)
    }

    @Test(arguments: ["", "{id}", "{id}:list", "list", "list:{ID}", "list:{ id }", "{id", "a{id}:{id}", "a{id}{id}"])
    func `a template has one placeholder and something before it`(text: String) {
        #expect(KeyTemplate(text) == nil)
    }

    @Test(arguments: ["list:{id}", "job:{id}:progress", "ü:{id}:ß", "a{id}a"], ["1", "A.b_c@d+e-f|g", "a", "aa"])
    func `the ID comes back out of a key`(text: String, id: String) throws {
        let template = try #require(KeyTemplate(text))
        #expect(template.id(in: template.key(for: id)) == id)
    }

    @Test(arguments: [
        "", "job:", "job::progress", "job:1", "1:progress", "job:1:progres", "ob:1:progress", "job:1:2:progress",
        "job:1 :progress", "job:é:progress", "job:1:progress ", "JOB:1:progress",
    ])
    func `another key has no ID`(key: String) throws {
        #expect(try #require(KeyTemplate("job:{id}:progress")).id(in: key) == nil)
    }

    @Test func `a key where beginning and end overlap has no ID`() throws {
        #expect(try #require(KeyTemplate("aba{id}aba")).id(in: "ababa") == nil)
        #expect(try #require(KeyTemplate("aba{id}aba")).id(in: "abaaba") == nil)
        #expect(try #require(KeyTemplate("aba{id}aba")).id(in: "abaxaba") == "x")
    }

    @Test(arguments: [
        ("list:{id}", "list:*"), ("job:{id}:progress", "job:*:progress"), ("a*b{id}?", "a\\*b*\\?"),
        ("[x]{id}\\", "\\[x\\]*\\\\"), ("a^b-c{id}", "a\\^b\\-c*"),
    ])
    func `a scan pattern takes the literal parts literally`(text: String, pattern: String) throws {
        #expect(try #require(KeyTemplate(text)).scanPattern == pattern)
    }
}
