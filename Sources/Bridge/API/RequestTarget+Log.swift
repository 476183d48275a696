import HTTP

extension RequestTarget {
    /// The parameters whose values are no tokens.
    private static let shownNames: Set = [
        "after", "before", "envelope", "events", "feed", "lastEventId", "last_event_id", "limit", "min_interval_ms",
        "since", "unread", "where",
    ]

    /// The target as the log may show it: without the tokens in it, nor what may be one where something is mistyped.
    var withoutTokens: String {
        let query = raw.dropFirst(path.count + 1)
        guard !query.isEmpty else { return pathWithoutTokens }
        var shown = pathWithoutTokens + "?"
        var rest = query
        while !rest.isEmpty {
            let part = rest.prefix { $0 != "&" && $0 != ";" }
            shown += Self.withoutTokens(parameter: part)
            rest = rest[part.endIndex...]
            if let separator = rest.popFirst() { shown.append(separator) }
        }
        return shown
    }

    private static func withoutTokens(parameter: Substring) -> String {
        let name = parameter.prefix { $0 != "=" }
        // A token is longer than that.
        let shownName = name.count < 16 ? String(name) : "…"
        guard name.endIndex < parameter.endIndex else { return shownName }
        let value = PercentEncoding.decode(String(parameter[name.endIndex...]), plusIsSpace: true)
        guard shownNames.contains(String(name)), let value, !value.contains("?"), !mayNameTokens(value) else {
            return shownName + "=…"
        }
        return String(parameter)
    }

    /// The path up to what follows a mention of tokens.
    private var pathWithoutTokens: String {
        guard let first = segments.firstIndex(where: Self.mayNameTokens) else { return path }
        let isName = ["token", "tokens"].contains(segments[first].lowercased())
        if isName && segments[(first + 1)...].allSatisfy(\.isEmpty) { return path }
        let parts = path.split(separator: "/", omittingEmptySubsequences: false).dropFirst()
        return parts.prefix(isName ? first + 1 : first).map { "/" + $0 }.joined() + "/…"
    }

    private static func mayNameTokens(_ text: String) -> Bool { text.lowercased().contains("token") }
}
