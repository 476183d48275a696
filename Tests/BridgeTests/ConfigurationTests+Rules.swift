import Feeds
import JSON
import Testing

@testable import Bridge

/// Rules of kinds as a file says them.
struct RuleConfigurationTests {
    private func kind(_ rules: String) throws -> Kind {
        try load(#"{"kinds": {"user": {\#(rules)}}}"#).kinds[0]
    }

    @Test func `a kind has no rules unless it says so`() throws {
        #expect(try kind("").rules.areEmpty)
        #expect(try kind(#""coalesce": false, "where": []"#).rules.areEmpty)
    }

    @Test func `the rules are those of the file`() throws {
        let rules = try kind(
            #""coalesce": true, "end_when": {"member": "s", "in": ["a", 1, null]}, "where": {"member": "p", "min": 5}"#
        ).rules
        #expect(rules.coalesces)
        #expect(rules.ending == EntryCondition(member: "s", .oneOf([.string([97]), .number(1), .null])))
        #expect(rules.conditions == [EntryCondition(member: "p", .within(min: 5, max: nil))])
    }

    @Test(arguments: [
        #"{"member":"p","min":5}"#, #"{"member":"p","max":-1.5}"#, #"{"member":"p","min":1,"max":1}"#,
        #"{"member":"p","equals":"ü"}"#, #"{"member":"p","equals":null}"#, #"{"member":"p","in":["a",true,7]}"#,
        #"[{"member":"p","min":5},{"member":"q","equals":false}]"#,
    ])
    func `what is printed is what was read`(condition: String) throws {
        let configuration = try load(#"{"kinds": {"user": {"where": \#(condition)}}}"#)
        let printed = String(
            decoding: Kind.table.encode(configuration.kinds[0])["where"]?.encoded() ?? [], as: UTF8.self)
        #expect(printed == condition)
    }

    @Test(arguments: [
        (#""where": 5"#, "kinds.user.where in config.json is 5: allowed is an object such as "),
        (#""where": {"min": 5}"#, "kinds.user.where.member is missing in config.json: it names the entry's member"),
        (#""where": {"member": "", "min": 5}"#, "kinds.user.where.member is missing in config.json: "),
        (#""where": {"member": "p"}"#, #"kinds.user.where in config.json is {"member":"p"}: allowed is an object"#),
        (#""where": {"member": "p", "min": 5, "equals": 5}"#, "kinds.user.where in config.json is {"),
        (
            #""where": {"member": "p", "above": 5}"#,
            "unknown key kinds.user.where.above in config.json: known are member, min, max, equals, in"
        ),
        (#""where": {"member": "p", "min": "5"}"#, #"kinds.user.where.min in config.json is "5": allowed is a number"#),
        (#""where": {"member": "p", "max": null}"#, "kinds.user.where.max in config.json is null: allowed is a number"),
        (#""where": {"member": "p", "min": 2, "max": 1}"#, "kinds.user.where in config.json: nothing is as large as"),
        (
            #""where": {"member": "p", "equals": []}"#,
            "kinds.user.where.equals in config.json is []: allowed is a string"
        ),
        (
            #""where": {"member": "p", "in": []}"#,
            "kinds.user.where.in in config.json is []: allowed is a list of 1 to 100"
        ),
        (#""where": {"member": "p", "in": [{}]}"#, "kinds.user.where.in in config.json is [{}]: allowed is a list"),
        (#""where": {"member": "p", "in": "a"}"#, #"kinds.user.where.in in config.json is "a": allowed is a list"#),
        (
            #""end_when": {"member": "p", "min": 5}"#,
            #"kinds.user.end_when in config.json is {"member":"p","min":5}: a feed is ended by values"#
        ),
        (#""coalesce": "key""#, #"kinds.user.coalesce in config.json is "key": allowed is true or false"#),
    ])
    func `what is no rule stops the start`(rules: String, line: String) throws {
        let error = try #require(try failure(#"{"kinds": {"user": {\#(rules)}}}"#))
        #expect(error.hasPrefix(line))
    }

    @Test func `a kind has at most ten conditions`() throws {
        func rules(_ count: Int) -> String {
            #""where": [\#(Array(repeating: #"{"member":"p","min":5}"#, count: count).joined(separator: ","))]"#
        }
        #expect(try kind(rules(10)).rules.conditions.count == 10)
        #expect(throws: ConfigurationError.self) { try kind(rules(11)) }
    }
}
