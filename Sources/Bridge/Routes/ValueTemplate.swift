import JSON

/// A JSON value in whose strings placeholders may stand, however deep.
enum ValueTemplate: Equatable, Sendable {
    /// A number, `true`, `false` or `null`.
    case fixed(JSONValue)
    case text(TextTemplate)
    case array([ValueTemplate])
    case object([MemberTemplate])

    /// Parses the strings of a value; nil where one of them is no template.
    init?(_ value: JSONValue) {
        switch value {
        case .string(let text):
            guard let template = TextTemplate(text) else { return nil }
            self = .text(template)
        case .array(let elements):
            let templates = elements.compactMap { ValueTemplate($0) }
            guard templates.count == elements.count else { return nil }
            self = .array(templates)
        case .object(let object):
            let members = object.compactMap { MemberTemplate($0.name, $0.value) }
            guard members.count == object.members.count else { return nil }
            self = .object(members)
        default:
            self = .fixed(value)
        }
    }

    /// The names of all placeholders.
    var names: [String] {
        switch self {
        case .fixed: []
        case .text(let template): template.names
        case .array(let elements): elements.flatMap(\.names)
        case .object(let members): members.flatMap(\.value.names)
        }
    }

    /// The value as it was written.
    var written: JSONValue {
        switch self {
        case .fixed(let value): value
        case .text(let template): .string(template.description)
        case .array(let elements): .array(elements.map(\.written))
        case .object(let members): .object(members.written)
        }
    }

    /// The value with each placeholder's text in its place.
    func filled<E>(_ text: (String) throws(E) -> String) throws(E) -> JSONValue {
        switch self {
        case .fixed(let value):
            return value
        case .text(let template):
            return .string(try template.filled(text))
        case .array(let elements):
            var filled: [JSONValue] = []
            for element in elements { filled.append(try element.filled(text)) }
            return .array(filled)
        case .object(let members):
            var filled = JSONObject()
            for member in members { filled[member.name] = try member.value.filled(text) }
            return .object(filled)
        }
    }
}

/// A member whose value is a template.
struct MemberTemplate: Equatable, Sendable {
    let name: String
    let value: ValueTemplate

    init?(_ name: String, _ value: JSONValue) {
        guard let value = ValueTemplate(value) else { return nil }
        self.name = name
        self.value = value
    }
}

extension [MemberTemplate] {
    /// The object as it was written.
    var written: JSONObject {
        var object = JSONObject()
        for member in self { object[member.name] = member.value.written }
        return object
    }
}
