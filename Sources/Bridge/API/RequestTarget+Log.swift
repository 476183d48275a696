import HTTP

extension RequestTarget {
    /// The target as the log may show it: without the tokens in it.
    var withoutTokens: String {
        let namesToken = segments.count > 2 && segments[..<2] == ["v1", "tokens"]
        let path = namesToken ? "/v1/tokens/…" : path
        let query = raw.dropFirst(self.path.count + 1)
        guard !query.isEmpty else { return path }
        let shown = query.split(separator: "&", omittingEmptySubsequences: false).map { part in
            let name = part.prefix { $0 != "=" }
            return PercentEncoding.decode(String(name), plusIsSpace: true) == "token" ? "\(name)=…" : String(part)
        }
        return path + "?" + shown.joined(separator: "&")
    }
}
