import Access

/// What Redis is asked about a token that streams came with.
struct TokenQuestion: Sendable {
    let token: Token
    /// Whether its record is to be looked at, and not only whether it is there.
    let asksRecord: Bool
    /// The record that is known; nil where it is to be told in any case.
    let digest: Int?
    /// Whether it matters when the token ends.
    let asksLifetime: Bool
}

/// What has become of a token.
enum TokenChange: Sendable {
    /// It is not known any more, or its record cannot be used.
    case gone
    /// It has a record that was not known.
    case record(Grant, digest: Int)
    /// It ends at this time; nil: never.
    case end(Int64?)
}
