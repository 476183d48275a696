import JSON
import Testing

struct JSONValueTests {
    @Test
    func `a document becomes a tree`() throws {
        let tree = try JSONValue.parse(#" {"a":[1,-2.50,true,false,null,"\u0041"],"o":{"b":{}},"e":[]} "#)
        #expect(tree["a"]?.asArray?.count == 6)
        #expect(tree["a"]?.asArray?[0].asInt == 1)
        #expect(tree["a"]?.asArray?[1] == .number("-2.50"))
        #expect(tree["a"]?.asArray?[1].asDouble == -2.5)
        #expect(tree["a"]?.asArray?[2].asBool == true)
        #expect(tree["a"]?.asArray?[3].asBool == false)
        #expect(tree["a"]?.asArray?[4].isNull == true)
        #expect(tree["a"]?.asArray?[5].asString == "A")
        #expect(tree["o"]?["b"] == .object(JSONObject()))
        #expect(tree["e"] == .array([]))
        #expect(tree["absent"] == nil)
        #expect(tree.asObject?.map(\.name) == ["a", "o", "e"])
    }

    @Test(
        arguments: [("1", .number("1")), ("\"x\"", .string("x")), ("true", .bool(true)), ("null", .null)]
            as [(String, JSONValue)])
    func `a document may be a scalar`(_ text: String, _ value: JSONValue) throws {
        #expect(try JSONValue.parse(text) == value)
    }

    @Test
    func `a value is nothing but what it is`() {
        let values: [JSONValue] = [.null, .bool(true), .number("1.5"), .string("1"), .array([]), .object(JSONObject())]
        #expect(values.map(\.isNull) == [true, false, false, false, false, false])
        #expect(values.map { $0.asBool != nil } == [false, true, false, false, false, false])
        #expect(values.map { $0.asDouble != nil } == [false, false, true, false, false, false])
        #expect(values.map { $0.asInt != nil } == [false, false, false, false, false, false])
        #expect(values.map { $0.asString != nil } == [false, false, false, true, false, false])
        #expect(values.map { $0.asArray != nil } == [false, false, false, false, true, false])
        #expect(values.map { $0.asObject != nil } == [false, false, false, false, false, true])
        for (index, value) in values.enumerated() {
            #expect(values.indices.filter { values[$0] == value } == [index])
        }
        #expect(JSONValue.number("9223372036854775808").asInt == nil)
        #expect(JSONValue.number("1e999").asDouble == nil)
    }

    @Test
    func `of members with the same name the last counts, at the first's place`() throws {
        let tree = try JSONValue.parse(#"{"a":1,"b":2,"\u0061":3}"#)
        #expect(tree.text() == #"{"a":3,"b":2}"#)
    }

    @Test
    func `strings that normalisation would equate are not the same`() throws {
        let tree = try JSONValue.parse("{\"\u{E9}\":1,\"e\u{301}\":2}")
        #expect(tree.asObject?.members.count == 2)
        #expect(tree["e\u{301}"]?.asInt == 2)
        #expect(tree["\u{E9}"]?.asInt == 1)
        #expect(JSONValue.string("\u{E9}") != .string("e\u{301}"))
    }

    @Test
    func `objects are equal in any order`() throws {
        let tree = try JSONValue.parse(#"{"a":1,"b":[{"c":null,"d":2}]}"#)
        #expect(try tree == JSONValue.parse(#"{"b":[{"d":2,"c":null}],"a":1}"#))
        #expect(try tree != JSONValue.parse(#"{"b":[{"d":2,"c":null}],"a":2}"#))
        #expect(try tree != JSONValue.parse(#"{"a":1}"#))
        #expect(try tree != JSONValue.parse(#"{"a":1,"c":[{"c":null,"d":2}]}"#))
    }

    @Test
    func `members are set, replaced and removed`() {
        var object: JSONObject = ["a": .null, "b": .bool(true), "c": .null]
        object["b"] = .bool(false)
        object["a"] = nil
        object["d"] = .null
        object["absent"] = nil
        #expect(object.map(\.name) == ["b", "c", "d"])
        #expect(object["b"] == .bool(false))
        #expect(object["c"] == .null)
        #expect(object["a"] == nil)
        object["c"] = .bool(true)
        #expect(JSONValue.object(object).text() == #"{"b":false,"c":true,"d":null}"#)
    }

    @Test
    func `a tree is written so that people can read it`() throws {
        let text = """
            {
              "a": [
                1,
                {}
              ],
              "b": [],
              "c": {
                "d": "x"
              }
            }
            """
        let tree = try JSONValue.parse(text)
        #expect(tree.text(pretty: true) == text)
        #expect(tree.text() == #"{"a":[1,{}],"b":[],"c":{"d":"x"}}"#)
    }

    /// Looking each name up among the others would take minutes.
    @Test(.timeLimit(.minutes(1)))
    func `very many members are no burden`() throws {
        let text = "{" + (0..<100_000).map { "\"\($0)\":\($0)" }.joined(separator: ",") + "}"
        let tree = try JSONValue.parse(text)
        #expect(tree.asObject?.members.count == 100_000)
        #expect(tree["99999"]?.asInt == 99_999)
        #expect(tree.text() == text)
    }
}
