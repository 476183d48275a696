/// Validates JSON objects and finds the members that are wanted, in one pass and without building anything.
///
/// The grammar is that of `JSONScanner`.
package struct JSONObjectScanner: Sendable {
    private let members: [[UInt8]]
    private let maxDepth: Int

    /// - Parameters:
    ///   - members: the names that are wanted of an object's own members.
    ///   - maxDepth: how deep containers may be nested, the object itself included; 1 to 128.
    package init(members: [String], maxDepth: Int = 128) {
        self.members = members.map { Array($0.utf8) }
        self.maxDepth = maxDepth
    }

    /// Throws unless the bytes are exactly one JSON object, and puts into `found`, for each member wanted, where its
    /// value lies: the last one where a name is repeated, nil where it is absent.
    ///
    /// Names are compared by their decoded characters, without Unicode normalisation. An array that is used again for
    /// the next object is not allocated anew. Where this throws, what is in `found` means nothing.
    package func scan(
        _ bytes: UnsafeBufferPointer<UInt8>, found: inout [JSONRawValue?]
    ) throws(JSONError) {
        var finder = JSONMemberFinder(members: members)
        swap(&finder.found, &found)
        defer { swap(&finder.found, &found) }
        finder.clear()
        try bytes.span.walk(maxDepth: maxDepth, &finder)
        if let offset = finder.offsetOfOther { throw JSONError(.notAnObject, at: offset) }
    }
}
