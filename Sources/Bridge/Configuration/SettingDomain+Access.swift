import Access

extension SettingDomain<String> {
    /// A name by the grammar of tokens (RFC 9110 §5.6.2), as names of headers and cookies are.
    static func httpToken(_ what: String) -> Self {
        SettingDomain("\(what): letters, digits and !#$%&'*+-.^_`|~") {
            $0.asString.flatMap { isToken($0) ? $0 : nil }
        } write: {
            .string($0)
        }
    }

    private static func isToken(_ text: String) -> Bool {
        !text.isEmpty
            && text.allSatisfy { ($0.isASCII && ($0.isLetter || $0.isNumber)) || "!#$%&'*+-.^_`|~".contains($0) }
    }
}

extension SettingDomain<[String]> {
    static let addressRanges = list("a list of IP addresses and ranges such as \"10.0.0.0/8\"") {
        AddressRange($0) == nil ? nil : $0
    }

    static let origins = list("a list of origins such as \"https://app.example\", none of them \"*\"") {
        let origin = $0.lowercased()
        return isOrigin(origin) ? origin : nil
    }

    private static func list(_ allowed: String, _ read: @escaping @Sendable (String) -> String?) -> Self {
        SettingDomain(allowed) {
            .array(listed: $0)
        } read: { value in
            guard let elements = value.asArray else { return nil }
            let texts = elements.compactMap { $0.asString.flatMap(read) }
            return texts.count == elements.count ? texts : nil
        } write: { texts in
            .array(texts.map { .string($0) })
        }
    }

    /// Whether it is what browsers send as `Origin` (RFC 6454 §6.2): a scheme, a host, and a port that is not the
    /// scheme's own.
    private static func isOrigin(_ text: String) -> Bool {
        guard let scheme = ["http://", "https://"].first(where: text.hasPrefix) else { return false }
        let authority = text.dropFirst(scheme.count)
        return !authority.isEmpty && authority.utf8.allSatisfy { 0x21...0x7E ~= $0 }
            && !authority.contains { "/?#@*,\\".contains($0) }
            && !authority.hasSuffix(scheme == "http://" ? ":80" : ":443")
    }
}
