import Access
import HTTPServer

/// What let streams in: when it ends, they end.
struct Admissions {
    /// When the grants of streams end, in Unix milliseconds, by descriptor.
    private var ends: [Int32: Int64] = [:]
    private var tokens: [Int32: Token] = [:]
    private var streams: [Token: Set<Int32>] = [:]

    var isEmpty: Bool { ends.isEmpty && streams.isEmpty }
    /// The tokens that streams came with.
    var knownTokens: [Token] { Array(streams.keys) }

    /// Notes what a stream came with.
    mutating func add(_ caller: Caller, stream: Int32) {
        guard case .reader(let grant, let token) = caller else { return }
        ends[stream] = grant.expiresAt
        guard let token else { return }
        tokens[stream] = token
        streams[token, default: []].insert(stream)
    }

    mutating func remove(stream: Int32) {
        ends[stream] = nil
        guard let token = tokens.removeValue(forKey: stream) else { return }
        streams[token]?.remove(stream)
        if streams[token]?.isEmpty == true { streams[token] = nil }
    }

    /// The streams whose grant has ended.
    func ended(at time: Int64) -> [Int32] { ends.filter { $0.value <= time }.map(\.key) }

    /// The streams that came with a token.
    func streams(of token: Token) -> Set<Int32> { streams[token] ?? [] }
}
