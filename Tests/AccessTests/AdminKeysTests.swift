import Testing

@testable import Access

struct AdminKeysTests {
    private let first = "0123456789abcdef"
    private let second = "fedcba9876543210+/=:;!"

    private func refusal(_ text: String) -> String? {
        do throws(AccessError) {
            _ = try AdminKeys(text)
            return nil
        } catch {
            guard case .badSetting(let sentence) = error else { return nil }
            return sentence
        }
    }

    @Test func `any of several keys is good for everything`() throws {
        for text in ["\(first),\(second)", " \(first) ,\t\(second)\n"] {
            let keys = try AdminKeys(text)
            #expect(keys.find(first)?.scope == .everything)
            #expect(keys.find(second)?.scope == .everything)
            #expect(keys.kinds.isEmpty && !keys.isEmpty)
        }
    }

    @Test func `what is not wholly a key is none`() throws {
        let keys = try AdminKeys("\(first),\(second) job")
        for text in [
            "", ",", " ", String(first.dropLast()), first + "0", first.uppercased(), " " + first, "\(first),\(second)",
            "\(second) job", "job", second + "=",
        ] {
            #expect(keys.find(text)?.scope == nil, "\(text)")
        }
    }

    @Test func `a key that is confined to kinds is good for these only`() throws {
        let keys = try AdminKeys("\(first) job metrics,\(second)")
        let scope = try #require(keys.find(first)?.scope)
        #expect(scope == .kinds(["job", "metrics"]))
        #expect(scope.allows(kind: "job") && scope.allows(kind: "metrics"))
        #expect(!scope.allows(kind: "user") && !scope.allows(kind: "jo") && !scope.allows(kind: ""))
        #expect(try #require(keys.find(second)?.scope).allows(kind: "user"))
        #expect(keys.kinds == ["job", "metrics"])
    }

    @Test func `of equal keys the last counts`() throws {
        #expect(try AdminKeys("\(first),\(first) job").find(first)?.scope == .kinds(["job"]))
        #expect(try AdminKeys("\(first) job,\(first)").find(first)?.scope == .everything)
    }

    @Test(arguments: ["", " ", "\n\t "])
    func `a blank setting has no keys`(text: String) throws {
        let keys = try AdminKeys(text)
        #expect(keys.isEmpty)
        #expect(keys.find(text)?.scope == nil && keys.find("")?.scope == nil)
    }

    @Test(arguments: [
        ("0123456789abcde", "key 1 has 15 characters"), ("0123456789abcdef,short", "key 2 has 5 characters"),
        ("0123456789abcdef,", "key 2 is empty"), (",0123456789abcdef", "key 1 is empty"),
        ("0123456789abcdef,,0123456789abcdef", "key 2 is empty"), (",", "key 1 is empty"),
        ("0123456789abcdéf0", "key 1 has other characters"), ("0123456789abcdef\u{7F}", "key 1 has other characters"),
        ("0123456789abcdef Job", "key 1 is followed by what is no kind"),
        ("0123456789abcdef,0123456789abcdef job:*", "key 2 is followed by what is no kind"),
        ("correct horse battery staple", "key 1 has 7 characters"),
    ])
    func `a key that cannot be one is refused by its place, and not told`(text: String, reason: String) throws {
        let sentence = try #require(refusal(text))
        #expect(sentence.hasPrefix("FLAGPOLE_ADMIN_KEY: \(reason)"))
        #expect(sentence.contains("allowed are"))
        #expect(!sentence.contains("0123456789") && !sentence.contains("short"))
    }
}
