/// An object's members, in the order in which their names first came; each name is there once.
///
/// Names are the same when their bytes are. Finding one takes constant time, so that a body with very many members
/// cannot be made expensive; removing one takes time in proportion to their number.
package struct JSONObject: Sendable {
    package private(set) var members: [(name: String, value: JSONValue)] = []
    private var indices: [ExactString: Int] = [:]

    package init() {}

    /// A member's value; nil where there is none.
    ///
    /// Setting nil removes the member.
    package subscript(name: String) -> JSONValue? {
        get { indices[ExactString(name)].map { members[$0].value } }
        set {
            let key = ExactString(name)
            switch (indices[key], newValue) {
            case (let index?, let value?):
                members[index].value = value
            case (let index?, nil):
                members.remove(at: index)
                indices[key] = nil
                for later in index..<members.count { indices[ExactString(members[later].name)] = later }
            case (nil, let value?):
                indices[key] = members.count
                members.append((name, value))
            case (nil, nil):
                break
            }
        }
    }
}

extension JSONObject: Sequence {
    package func makeIterator() -> IndexingIterator<[(name: String, value: JSONValue)]> { members.makeIterator() }
    package var underestimatedCount: Int { members.count }
}

extension JSONObject: Equatable {
    package static func == (left: JSONObject, right: JSONObject) -> Bool {
        left.members.count == right.members.count && left.allSatisfy { right[$0.name] == $0.value }
    }
}

extension JSONObject: ExpressibleByDictionaryLiteral {
    /// Of equal names the last counts.
    package init(dictionaryLiteral members: (String, JSONValue)...) {
        for (name, value) in members { self[name] = value }
    }
}

/// A string that equals only those with the same bytes.
private struct ExactString: Hashable {
    private let text: String

    init(_ text: String) { self.text = text }

    static func == (left: ExactString, right: ExactString) -> Bool { left.text.utf8.elementsEqual(right.text.utf8) }

    func hash(into hasher: inout Hasher) {
        var text = text
        text.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
    }
}
