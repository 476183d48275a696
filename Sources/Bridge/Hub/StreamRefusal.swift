/// Why a stream is told to come back later; the name is the metric's label.
enum StreamRefusal: String, CaseIterable {
    case draining
    case full
    case feedFull = "feed"
    case addressFull = "address"
    case identityFull = "identity"
    case rate
    case unchecked

    /// What stands in the stream.
    var comment: String {
        switch self {
        case .draining: "shutting down"
        case .full: "too many streams"
        case .feedFull: "too many streams of a feed"
        case .addressFull: "too many streams from an address"
        case .identityFull: "too many streams of an identity"
        case .rate: "too many requests"
        case .unchecked: "tokens cannot be checked at the moment"
        }
    }
}
