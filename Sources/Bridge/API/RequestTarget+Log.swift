import HTTP

extension RequestTarget {
    /// The target as the log may show it: without the tokens in it, nor what may be one where the path is mistyped.
    var withoutTokens: String {
        let query = raw.dropFirst(path.count + 1)
        guard !query.isEmpty else { return pathWithoutTokens }
        var shown = pathWithoutTokens + "?"
        var rest = query
        while !rest.isEmpty {
            let part = rest.prefix { $0 != "&" && $0 != ";" }
            let name = part.prefix { $0 != "=" }
            let isToken = PercentEncoding.decode(String(name), plusIsSpace: true)?.lowercased() == "token"
            shown += isToken ? "\(name)=…" : String(part)
            rest = rest[part.endIndex...]
            if let separator = rest.popFirst() { shown.append(separator) }
        }
        return shown
    }

    /// Of a path that names tokens what stands before the first one.
    private var pathWithoutTokens: String {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false).dropFirst()
        let names = segments.firstIndex { segment in
            segment.split(separator: "/").contains { $0.lowercased().hasPrefix("token") }
        }
        guard let names, segments[(names + 1)...].contains(where: { !$0.isEmpty }) || segments[names].contains("/")
        else {
            return path
        }
        // A slash that is encoded may stand before a token as well.
        let isWhole = !segments[names].contains("/")
        return parts.prefix(isWhole ? names + 1 : names).map { "/" + $0 }.joined() + "/…"
    }
}
