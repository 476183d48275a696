import Access
import HTTPServer

/// What let streams in: when it ends, they end.
struct Admissions {
    /// A token that streams came with.
    private struct Admitting {
        var streams: Set<Int32> = []
        /// When it ends, as far as is known.
        var endsAt: Int64?
        /// The record by which all its streams were judged; nil where one of them was not yet.
        var digest: Int?
        /// The turn in which its record is looked at.
        let turn: Int
    }

    /// In so many turns all records are looked at: they are large, and seldom change.
    static let turns = 10

    /// How long before a token's end it matters whether that was put off.
    private static let lastMilliseconds: Int64 = 1500

    /// When the grants of streams without a token end, in Unix milliseconds, by descriptor.
    private var ends: [Int32: Int64] = [:]
    private var tokens: [Int32: Token] = [:]
    private var admitting: [Token: Admitting] = [:]
    private var nextTurn = 0
    private var turnOfNewcomer = 0

    var isEmpty: Bool { ends.isEmpty && admitting.isEmpty }

    /// Notes what a stream came with.
    mutating func add(_ caller: Caller, stream: Int32) {
        guard case .reader(let grant, let proof) = caller else { return }
        guard case .token(let token) = proof else {
            ends[stream] = grant.expiresAt
            return
        }
        tokens[stream] = token
        var admitted = admitting[token] ?? newcomer()
        admitted.streams.insert(stream)
        admitted.endsAt = grant.expiresAt
        admitted.digest = nil
        admitting[token] = admitted
    }

    private mutating func newcomer() -> Admitting {
        turnOfNewcomer = (turnOfNewcomer + 1) % Self.turns
        return Admitting(turn: turnOfNewcomer)
    }

    mutating func remove(stream: Int32) {
        ends[stream] = nil
        guard let token = tokens.removeValue(forKey: stream) else { return }
        admitting[token]?.streams.remove(stream)
        if admitting[token]?.streams.isEmpty == true { admitting[token] = nil }
    }

    /// The streams without a token whose grant has ended.
    func ended(at time: Int64) -> [Int32] { ends.filter { $0.value <= time }.map(\.key) }

    /// The streams that came with a token.
    func streams(of token: Token) -> Set<Int32> { admitting[token]?.streams ?? [] }

    // MARK: - Tokens

    /// What Redis is to be asked about the tokens: of all whether they are there, of those whose turn it is the record.
    mutating func questions(at time: Int64) -> [TokenQuestion] {
        nextTurn = (nextTurn + 1) % Self.turns
        return admitting.map { token, admitted in
            let isNear = admitted.endsAt.map { $0 <= time + Self.lastMilliseconds } ?? false
            return TokenQuestion(
                token: token, asksRecord: admitted.turn == nextTurn, digest: admitted.digest, asksLifetime: isNear)
        }
    }

    /// The tokens that have ended, as far as is known.
    func overdue(at time: Int64) -> [Token] {
        admitting.filter { $0.value.endsAt.map { $0 <= time } ?? false }.map(\.key)
    }

    /// Notes that a token ends at another time.
    mutating func note(_ token: Token, endsAt time: Int64?) { admitting[token]?.endsAt = time }

    /// Notes that all streams of a token are judged by this record.
    mutating func note(_ token: Token, digest: Int) { admitting[token]?.digest = digest }
}
