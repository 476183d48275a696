/// A JSON value as a tree, for configuration and the bodies of requests.
package enum JSONValue: Sendable {
    case null
    case bool(Bool)
    /// The literal as it is written, so that no digit is lost.
    case number(String)
    case string(String)
    case array([JSONValue])
    case object(JSONObject)

    /// An object's member; nil where there is none, and for other kinds.
    package subscript(name: String) -> JSONValue? { asObject?[name] }

    package var isNull: Bool { self == .null }

    package var asBool: Bool? {
        guard case .bool(let value) = self else { return nil }
        return value
    }

    /// An integer without fraction and exponent; nil where it does not fit, and for other kinds.
    package var asInt: Int? {
        guard case .number(let literal) = self else { return nil }
        return Int(literal)
    }

    /// A number; nil where it is beyond a double's range, and for other kinds.
    package var asDouble: Double? {
        guard case .number(let literal) = self else { return nil }
        return Double(finite: literal)
    }

    package var asString: String? {
        guard case .string(let value) = self else { return nil }
        return value
    }

    package var asArray: [JSONValue]? {
        guard case .array(let elements) = self else { return nil }
        return elements
    }

    package var asObject: JSONObject? {
        guard case .object(let object) = self else { return nil }
        return object
    }
}

/// Strings are equal when their bytes are: `String`'s own comparison would also equate what normalisation equates.
/// Numbers are equal when they are written alike; the order of members does not count.
extension JSONValue: Equatable {
    package static func == (left: JSONValue, right: JSONValue) -> Bool {
        switch (left, right) {
        case (.null, .null): true
        case (.bool(let left), .bool(let right)): left == right
        case (.number(let left), .number(let right)): left == right
        case (.string(let left), .string(let right)): left.utf8.elementsEqual(right.utf8)
        case (.array(let left), .array(let right)): left == right
        case (.object(let left), .object(let right)): left == right
        default: false
        }
    }
}
