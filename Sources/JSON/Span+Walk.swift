/// The grammar of documents (RFC 8259 §2 to §5), in one pass and without recursion.
extension Span<UInt8> {
    /// Walks exactly one JSON value with white space around it, and tells the visitor what it meets.
    ///
    /// Where this throws, the visitor has been told what stands before the fault.
    func walk<Visitor: JSONVisitor>(maxDepth: Int, _ visitor: inout Visitor) throws(JSONError) {
        precondition(1...JSONContainerStack.capacity ~= maxDepth, "maxDepth is 1 to \(JSONContainerStack.capacity)")
        guard !startsWithByteOrderMark else { throw JSONError(.byteOrderMark, at: 0) }
        var position = 0
        var open = JSONContainerStack()
        while true {
            skipWhiteSpace(&position)
            if try walkIntoValue(&position, &open, maxDepth: maxDepth, &visitor) { continue }
            guard try walkToNextValue(&position, &open, &visitor) else { break }
        }
        skipWhiteSpace(&position)
        guard position == count else { throw JSONError(.trailingBytes, at: position) }
    }

    private var startsWithByteOrderMark: Bool {
        count >= 3 && self[0] == 0xEF && self[1] == 0xBB && self[2] == 0xBF
    }

    /// Moves past a scalar, or into a container.
    ///
    /// - Returns: whether the next thing is a value, the container's first; else it is what follows a value.
    private func walkIntoValue<Visitor: JSONVisitor>(
        _ position: inout Int, _ open: inout JSONContainerStack, maxDepth: Int, _ visitor: inout Visitor
    ) throws(JSONError) -> Bool {
        let start = position
        let kind: JSONRawValue.Kind
        switch try byte(at: start) {
        case .quote:
            kind = .string
            _ = try skipString(&position)
        case .openBrace:
            return try walkInto(.object, &position, &open, maxDepth: maxDepth, &visitor)
        case .openBracket:
            return try walkInto(.array, &position, &open, maxDepth: maxDepth, &visitor)
        case .minus, .zero ... .nine:
            kind = .number
            try skipNumber(&position)
        case UInt8(ascii: "t"):
            kind = .true
            try skipLiteral("true", &position)
        case UInt8(ascii: "f"):
            kind = .false
            try skipLiteral("false", &position)
        case UInt8(ascii: "n"):
            kind = .null
            try skipLiteral("null", &position)
        default:
            throw JSONError(.unexpectedByte, at: start)
        }
        visitor.scalar(JSONRawValue(kind: kind, range: start..<position), in: self)
        return false
    }

    /// Moves to the container's first value, or to its closing bracket where it has none.
    private func walkInto<Visitor: JSONVisitor>(
        _ kind: JSONRawValue.Kind, _ position: inout Int, _ open: inout JSONContainerStack, maxDepth: Int,
        _ visitor: inout Visitor
    ) throws(JSONError) -> Bool {
        guard open.depth < maxDepth else { throw JSONError(.tooDeep, at: position) }
        open.push(isObject: kind == .object)
        visitor.begin(kind, at: position)
        position += 1
        skipWhiteSpace(&position)
        guard try byte(at: position) != open.closingBracket else { return false }
        if kind == .object { try walkName(&position, &visitor) }
        return true
    }

    /// Moves past a comma to the next value, closing the containers that end before it.
    ///
    /// - Returns: false once the outermost value has ended.
    private func walkToNextValue<Visitor: JSONVisitor>(
        _ position: inout Int, _ open: inout JSONContainerStack, _ visitor: inout Visitor
    ) throws(JSONError) -> Bool {
        while !open.isEmpty {
            skipWhiteSpace(&position)
            let byte = try byte(at: position)
            if byte == .comma {
                position += 1
                if open.isInObject {
                    skipWhiteSpace(&position)
                    try walkName(&position, &visitor)
                }
                return true
            }
            guard byte == open.closingBracket else { throw JSONError(.unexpectedByte, at: position) }
            position += 1
            open.pop()
            visitor.end(at: position)
        }
        return false
    }

    /// Moves past a member's name and its colon.
    private func walkName<Visitor: JSONVisitor>(
        _ position: inout Int, _ visitor: inout Visitor
    ) throws(JSONError) {
        let start = position
        guard try byte(at: start) == .quote else { throw JSONError(.unexpectedByte, at: start) }
        let isEscaped = try skipString(&position)
        visitor.name(start..<position, isEscaped: isEscaped, in: self)
        skipWhiteSpace(&position)
        try skip(.colon, &position)
    }
}
