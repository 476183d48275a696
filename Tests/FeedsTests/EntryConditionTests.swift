import JSON
import Testing

@testable import Feeds

struct EntryConditionTests {
    private func holds(_ condition: EntryCondition, _ entry: String) -> Bool {
        var judge = EntryJudge(EntryRules(conditions: [condition]))
        return Array(entry.utf8).withUnsafeBufferPointer { judge.judge($0).isSent }
    }

    private static let bounds: [(Double?, Double?, String, Bool)] = [
        (5.0, nil, "5", true), (5, nil, "5.0", true), (5, nil, "4.999999", false), (5, nil, "50e-1", true),
        (5, nil, "1e300", true), (nil, 5, "5", true), (nil, 5, "5.0000001", false), (nil, 5, "-1", true),
        (-1, 1, "0", true), (-1, 1, "-1", true), (-1, 1, "1", true), (-1, 1, "-1.5", false), (-1, 1, "2", false),
        (5, nil, "\"7\"", false), (5, nil, "true", false), (5, nil, "null", false), (5, nil, "[7]", false),
        (5, nil, "1e999", false),
    ]

    @Test(arguments: bounds)
    func `bounds take numbers only, themselves included`(min: Double?, max: Double?, value: String, expected: Bool) {
        let condition = EntryCondition(member: "p", .within(min: min, max: max))
        #expect(holds(condition, "{\"p\":\(value)}") == expected)
    }

    @Test(arguments: [
        (EntryCondition.Value.number(5), "5.0", true), (.number(5), "\"5\"", false), (.number(0), "-0", true),
        (.string(Array("a".utf8)), "\"\\u0061\"", true), (.string(Array("5".utf8)), "5", false),
        (.string(Array("é".utf8)), "\"e\u{301}\"", false), (.string([]), "\"\"", true),
        (.bool(true), "true", true), (.bool(true), "false", false), (.bool(true), "\"true\"", false),
        (.bool(false), "false", true), (.null, "null", true), (.null, "0", false), (.null, "[]", false),
    ])
    func `a value equals only what is the same value of the same type`(
        value: EntryCondition.Value, written: String, expected: Bool
    ) {
        #expect(holds(EntryCondition(member: "p", .oneOf([value])), "{\"p\":\(written)}") == expected)
    }

    @Test func `a member that is missing, or lies deeper, meets nothing`() {
        let conditions = [
            EntryCondition(member: "p", .within(min: nil, max: 9)), EntryCondition(member: "p", .oneOf([.null])),
        ]
        for condition in conditions {
            #expect(!holds(condition, "{}"))
            #expect(!holds(condition, #"{"q":{"p":null},"r":5}"#))
        }
    }

    @Test func `of a member that occurs twice the last counts`() {
        let condition = EntryCondition(member: "p", .within(min: 5, max: nil))
        #expect(holds(condition, #"{"p":1,"p":5}"#) && !holds(condition, #"{"p":5,"p":1}"#))
    }

    @Test(arguments: [
        ("priority>=5", #"{"priority":5}"#, #"{"priority":4}"#),
        ("priority<=5", #"{"priority":5}"#, #"{"priority":6}"#),
        ("priority>=-1.5e1", #"{"priority":-15}"#, #"{"priority":-16}"#),
        ("status=done", #"{"status":"done"}"#, #"{"status":"doing"}"#),
        ("status=done,failed", #"{"status":"failed"}"#, #"{"status":"done,failed"}"#),
        ("n=5", #"{"n":5.0}"#, #"{"n":6}"#), ("n=5", #"{"n":"5"}"#, #"{"n":"5.0"}"#),
        ("b=true", #"{"b":true}"#, #"{"b":false}"#), ("b=true", #"{"b":"true"}"#, #"{"b":1}"#),
        ("b=null", #"{"b":null}"#, "{}"), ("formula=a>=b", #"{"formula":"a>=b"}"#, #"{"formula":"a"}"#),
        ("a b=ü ", #"{"a b":"ü "}"#, #"{"a b":"ü"}"#), ("n=[]", #"{"n":"[]"}"#, #"{"n":[]}"#),
    ])
    func `a query says a condition`(text: String, met: String, unmet: String) throws {
        let condition = try #require(EntryCondition(query: text))
        #expect(holds(condition, met) && !holds(condition, unmet))
    }

    @Test(arguments: [
        "", "priority", "priority>5", "priority<5", "=5", ">=5", "<=5", "priority>=", "priority>=high", "priority>=0x5",
        "priority>=inf", "priority>=1e999", "status=", "status=a,", "status=,a", "status=a,,b", "status!=done", "n<>=5",
        "n>>=5",
    ])
    func `what is no condition is refused`(text: String) {
        #expect(EntryCondition(query: text) == nil)
    }

    @Test func `a condition has at most a hundred values`() {
        func text(_ count: Int) -> String { "a=" + (0..<count).map(String.init).joined(separator: ",") }
        #expect(EntryCondition(query: text(100)) != nil && EntryCondition(query: text(101)) == nil)
    }
}
