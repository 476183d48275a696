import Access

extension Caller {
    /// What a caller's streams and requests are counted by, whatever address they come from.
    enum Account: Hashable, Sendable {
        case identity(Identity)
        case token(Token)
        /// An admin key, by its place.
        case key(Int)
    }

    /// Who this is; `nil` where nothing tells it from others.
    var account: Account? {
        switch self {
        case .anyone: nil
        case .keyHolder(_, let number): .key(number)
        case .reader(let grant, let token): grant.identity.map { .identity($0) } ?? token.map { .token($0) }
        }
    }
}
