import Feeds
import JSON

extension SettingDomain<EntryCondition> {
    /// A condition that says which values end a feed.
    static let ending = SettingDomain {
        .string($0)
    } read: { value, location throws(ConfigurationError) in
        let condition = try EntryCondition(value, at: location)
        guard case .oneOf = condition.test else {
            throw location.refusing(value, "a feed is ended by values: \"in\", or \"equals\"")
        }
        return condition
    } write: {
        $0.encoded
    }
}

extension SettingDomain<[EntryCondition]> {
    /// One condition, or several that all have to be met.
    static let conditions = SettingDomain {
        .string($0)
    } read: { value, location throws(ConfigurationError) in
        guard let elements = value.asArray else { return [try EntryCondition(value, at: location)] }
        guard elements.count <= EntryCondition.maximumConditions else {
            throw location.refusing("allowed are at most \(EntryCondition.maximumConditions) conditions")
        }
        var conditions: [EntryCondition] = []
        for element in elements { conditions.append(try EntryCondition(element, at: location)) }
        return conditions
    } write: { conditions in
        switch conditions.count {
        case 0: nil
        case 1: conditions[0].encoded
        default: .array(conditions.map(\.encoded))
        }
    }
}

extension EntryCondition {
    private static let form =
        "allowed is an object such as {\"member\":\"priority\",\"min\":5}, with \"min\", \"max\" or both, \"equals\", or \"in\""

    /// Reads `{"member":"priority","min":5}` and its like.
    fileprivate init(_ value: JSONValue, at location: SettingLocation) throws(ConfigurationError) {
        guard let object = value.asObject else { throw location.refusing(value, Self.form) }
        if let unknown = object.first(where: { !["member", "min", "max", "equals", "in"].contains($0.name) }) {
            throw location.member(unknown.name).unknown("known are member, min, max, equals, in")
        }
        guard let member = object["member"]?.asString, !member.isEmpty else {
            throw location.missing("member", "it names the entry's member that is looked at")
        }
        let isRange = object["min"] != nil || object["max"] != nil
        guard [isRange, object["equals"] != nil, object["in"] != nil].filter({ $0 }).count == 1 else {
            throw location.refusing(value, Self.form)
        }
        self.init(member: member, try isRange ? Self.range(object, location) : Self.values(object, location))
    }

    private static func range(
        _ object: JSONObject, _ location: SettingLocation
    ) throws(ConfigurationError) -> Test {
        var bounds: [Double?] = []
        for name in ["min", "max"] {
            guard let value = object[name] else {
                bounds.append(nil)
                continue
            }
            guard let bound = value.asDouble else {
                throw location.member(name).refusing(value, "allowed is a number")
            }
            bounds.append(bound)
        }
        if let min = bounds[0], let max = bounds[1], min > max {
            throw location.refusing("nothing is as large as \"min\" and as small as \"max\"")
        }
        return .within(min: bounds[0], max: bounds[1])
    }

    private static func values(
        _ object: JSONObject, _ location: SettingLocation
    ) throws(ConfigurationError) -> Test {
        let name = object["in"] == nil ? "equals" : "in"
        let listed = object["in"] ?? .array(object["equals"].map { [$0] } ?? [])
        let values = listed.asArray?.compactMap(Value.init) ?? []
        guard !values.isEmpty, values.count <= maximumValues, values.count == listed.asArray?.count else {
            let scalar = "a string, a number, true, false or null"
            throw location.member(name).refusing(
                object[name] ?? .null,
                name == "equals" ? "allowed is \(scalar)" : "allowed is a list of 1 to \(maximumValues), each \(scalar)"
            )
        }
        return .oneOf(values)
    }

    /// The condition as the file has it.
    fileprivate var encoded: JSONValue {
        var object: JSONObject = ["member": .string(member)]
        switch test {
        case .within(let min, let max):
            if let min { object["min"] = .number(Self.literal(min)) }
            if let max { object["max"] = .number(Self.literal(max)) }
        case .oneOf(let values):
            if values.count == 1 {
                object["equals"] = values[0].encoded
            } else {
                object["in"] = .array(values.map(\.encoded))
            }
        }
        return .object(object)
    }

    fileprivate static func literal(_ number: Double) -> String {
        Int(exactly: number).map(String.init) ?? String(number)
    }
}

extension EntryCondition.Value {
    fileprivate init?(_ value: JSONValue) {
        switch value {
        case .null: self = .null
        case .bool(let flag): self = .bool(flag)
        case .string(let text): self = .string(Array(text.utf8))
        case .number:
            guard let number = value.asDouble else { return nil }
            self = .number(number)
        case .array, .object: return nil
        }
    }

    fileprivate var encoded: JSONValue {
        switch self {
        case .null: .null
        case .bool(let flag): .bool(flag)
        case .number(let number): .number(EntryCondition.literal(number))
        case .string(let text), .text(let text, _): .string(String(decoding: text, as: UTF8.self))
        }
    }
}
