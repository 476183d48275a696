import JSON
import TestSupport
import Testing

@testable import Feeds

/// What is found without building anything is what the entry's tree says.
struct EntryConditionPropertyTests {
    private static let members = ["p", "key", "ü", "a\\\"b"]
    private static let values = [
        "null", "true", "false", "0", "-0", "5", "5.0", "5e0", "4.99", "-7", "1e400", "\"\"", "\"5\"", "\"true\"",
        "\"a,b\"",
        "\"\\u00e9\"", "\"é\"", "\"e\u{301}\"", "[]", "[5]", "{}", "{\"p\":5}",
    ]

    @Test(arguments: UInt64(1)...20)
    func `an entry meets a condition if its tree does`(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<500 {
            let members = (0..<Int.random(in: 0...5, using: &random)).map { _ in
                (JSONValue.string(Self.members.any(&random)), Self.values.any(&random))
            }
            let entry = Array(
                "{\(members.map { "\(String(decoding: $0.0.encoded(), as: UTF8.self)):\($0.1)" }.joined(separator: ","))}"
                    .utf8)
            let tree = try JSONValue.parse(entry)
            let condition = try condition(&random)
            let rules = EntryRules(coalesces: random.isTrue(oneIn: 2), conditions: [condition])
            var judge = EntryJudge(rules)
            let ruling = entry.withUnsafeBufferPointer { judge.judge($0) }
            #expect(ruling.isSent == isMet(condition, by: tree[condition.member]))
            #expect(ruling.key == (rules.coalesces && ruling.isSent ? key(tree["key"]) : nil))
        }
    }

    private func condition(_ random: inout SeededGenerator) throws -> EntryCondition {
        let member = Self.members.any(&random)
        let bounds = [-7, 0, 4.99, 5, 5.01]
        switch Int.random(in: 0..<3, using: &random) {
        case 0:
            let (min, max) = (bounds.any(&random), bounds.any(&random))
            return EntryCondition(
                member: member,
                .within(min: random.isTrue(oneIn: 3) ? nil : min, max: random.isTrue(oneIn: 3) ? nil : max))
        case 1:
            let values = (0..<2).map { _ in Self.values.any(&random) }
            return EntryCondition(
                member: member,
                .oneOf(
                    try values.compactMap {
                        switch try JSONValue.parse(Array($0.utf8)) {
                        case .null: .null
                        case .bool(let flag): .bool(flag)
                        case .string(let text): .string(Array(text.utf8))
                        case .number(let literal): Double(literal).flatMap { $0.isFinite ? .number($0) : nil }
                        case .array, .object: nil
                        }
                    }))
        default:
            let texts = ["5", "5.0", "true", "null", "é", "", "0", "x"].filter { _ in Bool.random(using: &random) }
            return EntryCondition(query: "\(member)=\(texts.joined(separator: ","))")
                ?? EntryCondition(member: member, .within(min: 5, max: nil))
        }
    }

    private func isMet(_ condition: EntryCondition, by value: JSONValue?) -> Bool {
        guard let value else { return false }
        switch condition.test {
        case .within(let min, let max):
            guard let number = value.asDouble else { return false }
            return number >= min ?? -.infinity && number <= max ?? .infinity
        case .oneOf(let values):
            return values.contains { wanted in
                switch (wanted, value) {
                case (.null, .null): true
                case (.bool(let left), .bool(let right)): left == right
                case (.number(let left), .number): left == value.asDouble
                case (.string(let left), .string(let right)): left == Array(right.utf8)
                case (.text(let left, _), .string(let right)): left == Array(right.utf8)
                case (.text(let left, _), .number):
                    value.asDouble.map { (try? JSONValue.parse(left))?.asDouble == $0 } ?? false
                case (.text(let left, _), .null), (.text(let left, _), .bool): left == value.encoded()
                default: false
                }
            }
        }
    }

    private func key(_ value: JSONValue?) -> String {
        switch value {
        case .string(let text): text
        case .number(let literal): literal
        default: ""
        }
    }
}
