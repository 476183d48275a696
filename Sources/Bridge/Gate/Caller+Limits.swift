import Access

extension Caller {
    /// What a caller's streams and requests are counted by, whatever address they come from.
    enum Account: Hashable, Sendable {
        case identity(Identity)
        case token(Token)
        /// A JSON Web Token, by its digest.
        case signed([UInt8])
        /// An admin key, by its place.
        case key(Int)
    }

    /// Who this is; `nil` where nothing tells it from others.
    var account: Account? {
        switch self {
        case .anyone: nil
        case .keyHolder(_, let number): .key(number)
        case .reader(let grant, let proof): grant.identity.map { .identity($0) } ?? proof.account
        }
    }
}

extension Caller.Proof {
    /// By what those count who do not say who they are.
    fileprivate var account: Caller.Account? {
        switch self {
        case .token(let token): .token(token)
        case .signed(let digest): .signed(digest)
        case .proxy: nil
        }
    }
}
