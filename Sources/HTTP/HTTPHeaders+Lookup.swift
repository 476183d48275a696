extension HTTPHeaders {
    /// Whether a comma-separated list field (`Connection`, `Cache-Control`) has `member`, in any case of letters.
    ///
    /// Both are given in lower case.
    package func list(_ name: StaticString, contains member: StaticString) -> Bool {
        let bytes = lines.span
        for field in fields where bytes.equals(name, ignoringCaseIn: field.name) {
            var start = field.value.lowerBound
            while start < field.value.upperBound {
                var end = start
                while end < field.value.upperBound, bytes[end] != UInt8(ascii: ",") { end += 1 }
                if bytes.equals(member, ignoringCaseIn: bytes.trimmed(start..<end)) { return true }
                start = end + 1
            }
        }
        return false
    }

    /// The comma-separated members of all fields of that name, given in lower case; nil where there is no such field.
    ///
    /// Empty members are among them.
    func listMembers(_ name: StaticString) -> [Range<Int>]? {
        let bytes = lines.span
        var members: [Range<Int>] = []
        for field in fields where bytes.equals(name, ignoringCaseIn: field.name) {
            var start = field.value.lowerBound
            for end in field.value where bytes[end] == UInt8(ascii: ",") {
                members.append(bytes.trimmed(start..<end))
                start = end + 1
            }
            members.append(bytes.trimmed(start..<field.value.upperBound))
        }
        return members.isEmpty ? nil : members
    }

    /// The one field of that name, given in lower case; nil where there is none.
    ///
    /// - Throws: The error given as `repeated` where there are several.
    func only(_ name: StaticString, repeated: HTTPParseError) throws(HTTPParseError) -> Field? {
        let bytes = lines.span
        var found: Field?
        for field in fields where bytes.equals(name, ignoringCaseIn: field.name) {
            guard found == nil else { throw repeated }
            found = field
        }
        return found
    }
}
