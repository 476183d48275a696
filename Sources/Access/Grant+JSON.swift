import JSON

extension Grant {
    /// Reads a grant from an object's members: `feeds`, and the one that names the identity.
    ///
    /// Either may be missing or null, not both. What is wrong in one makes the whole no grant, so that a slip of the
    /// pen is seen rather than taken for less.
    ///
    /// - Parameters:
    ///   - object: Where the members stand; others are ignored.
    ///   - identityMember: The name of the member that is the identity.
    ///   - expiresAt: When the grant ends.
    /// - Throws: `refused`, with what to change.
    package init(_ object: JSONObject, identityMember: String, expiresAt: Int64?) throws(AccessError) {
        let identity = object[identityMember].flatMap { $0.isNull ? nil : $0 }
        let feeds = object["feeds"].flatMap { $0.isNull ? nil : $0 }
        guard identity != nil || feeds != nil else {
            throw .refused("Give '\(identityMember)' or 'feeds': without either nothing may be read.")
        }
        self.init(
            identity: try identity.map { value throws(AccessError) in
                try Grant.identity(value, member: identityMember)
            },
            patterns: try feeds.map { value throws(AccessError) in try Grant.patterns(value) } ?? [],
            expiresAt: expiresAt)
    }

    private static func identity(_ value: JSONValue, member: String) throws(AccessError) -> Identity {
        guard let identity = value.asString.flatMap({ Identity($0) }) else {
            throw .refused(
                "Make '\(member)' a string of 1 to 128 ASCII letters, digits and . _ @ + - |, the ID of a feed."
            )
        }
        return identity
    }

    private static func patterns(_ value: JSONValue) throws(AccessError) -> Set<FeedPattern> {
        guard let elements = value.asArray else { throw .refused("Make 'feeds' an array of names.") }
        var patterns: Set<FeedPattern> = []
        for (index, element) in elements.enumerated() {
            guard let pattern = element.asString.flatMap({ FeedPattern($0) }) else {
                throw .refused(
                    "Make 'feeds[\(index)]' the name of a feed, 'KIND:ID', or of all feeds of a kind, 'KIND:*'.")
            }
            patterns.insert(pattern)
        }
        return patterns
    }
}
