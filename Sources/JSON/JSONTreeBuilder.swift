/// Builds the tree of a document.
struct JSONTreeBuilder: JSONVisitor {
    /// A container whose end has not come.
    private struct Container {
        let kind: JSONRawValue.Kind
        var name = ""
        var object = JSONObject()
        var array: [JSONValue] = []
    }

    /// The outermost value, once it has ended.
    private(set) var root = JSONValue.null
    private var open: [Container] = []

    mutating func name(_ token: Range<Int>, isEscaped: Bool, in bytes: Span<UInt8>) {
        open[open.count - 1].name = bytes.text(of: token)
    }

    mutating func scalar(_ value: JSONRawValue, in bytes: Span<UInt8>) {
        switch value.kind {
        case .string: add(.string(bytes.text(of: value.range)))
        case .number: add(.number(bytes.literal(of: value.range)))
        case .true: add(.bool(true))
        case .false: add(.bool(false))
        case .null, .object, .array: add(.null)
        }
    }

    mutating func begin(_ kind: JSONRawValue.Kind, at offset: Int) {
        open.append(Container(kind: kind))
    }

    mutating func end(at offset: Int) {
        let container = open.removeLast()
        add(container.kind == .object ? .object(container.object) : .array(container.array))
    }

    private mutating func add(_ value: JSONValue) {
        guard let last = open.indices.last else {
            root = value
            return
        }
        if open[last].kind == .object {
            open[last].object[open[last].name] = value
        } else {
            open[last].array.append(value)
        }
    }
}
