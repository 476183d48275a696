import Testing

@testable import Feeds

struct EntryJudgeTests {
    private static let important = EntryCondition(member: "priority", .within(min: 5, max: nil))
    private static let open = EntryCondition(member: "state", .oneOf([.string(Array("open".utf8))]))
    private static let finished = EntryCondition(member: "state", .oneOf([.string(Array("done".utf8)), .null]))

    private func ruling(_ rules: EntryRules, _ entry: String) -> EntryRuling {
        var judge = EntryJudge(rules)
        // What was found in another entry must not count for this one.
        let other = #"{"key":"other","priority":9,"state":"done"}"#
        _ = Array(other.utf8).withUnsafeBufferPointer { judge.judge($0) }
        return Array(entry.utf8).withUnsafeBufferPointer { judge.judge($0) }
    }

    @Test func `without rules everything is sent, and has no key`() {
        #expect(EntryRules().areEmpty && ruling(EntryRules(), #"{"key":"a","state":"done"}"#) == EntryRuling())
    }

    @Test func `all conditions have to be met`() {
        let rules = EntryRules(conditions: [Self.important, Self.open])
        #expect(!rules.areEmpty && ruling(rules, #"{"priority":5,"state":"open"}"#).isSent)
        #expect(!ruling(rules, #"{"priority":5,"state":"shut"}"#).isSent)
        #expect(!ruling(rules, #"{"priority":4,"state":"open"}"#).isSent)
    }

    @Test func `two conditions may be about the same member`() {
        let rules = EntryRules(
            conditions: [Self.important, EntryCondition(member: "priority", .within(min: nil, max: 7))])
        #expect([4, 5, 7, 8].map { ruling(rules, "{\"priority\":\($0)}").isSent } == [false, true, true, false])
    }

    @Test(arguments: [
        (#"{"key":"a"}"#, "a"), (#"{"key":"\u0061"}"#, "a"), (#"{"key":7}"#, "7"), (#"{"key":1.50}"#, "1.50"),
        ("{}", ""), (#"{"key":null}"#, ""), (#"{"key":""}"#, ""), (#"{"key":true}"#, ""), (#"{"key":["a"]}"#, ""),
    ])
    func `a key is a string or a number, and anything else is none`(entry: String, key: String) {
        #expect(ruling(EntryRules(coalesces: true), entry) == EntryRuling(key: key))
    }

    @Test func `an entry with one of the values is the last`() {
        let rules = EntryRules(ending: Self.finished)
        #expect(ruling(rules, #"{"state":"done"}"#).isTerminal && ruling(rules, #"{"state":null}"#).isTerminal)
        #expect(!ruling(rules, #"{"state":"doing"}"#).isTerminal && !ruling(rules, "{}").isTerminal)
    }

    @Test func `the last entry is sent whatever the conditions say`() {
        let rules = EntryRules(coalesces: true, ending: Self.finished, conditions: [Self.important])
        #expect(ruling(rules, #"{"state":"done","priority":1,"key":"a"}"#) == EntryRuling(isTerminal: true, key: "a"))
    }

    @Test func `what is not sent has no key, and so supersedes nothing`() {
        let rules = EntryRules(coalesces: true, conditions: [Self.important])
        #expect(ruling(rules, #"{"priority":1,"key":"a"}"#) == EntryRuling(isSent: false))
    }
}
