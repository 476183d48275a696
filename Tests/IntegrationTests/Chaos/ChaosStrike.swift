/// A fault that struck, and when.
struct ChaosStrike {
    let fault: String
    let began: ContinuousClock.Instant
    /// Whether what was to be hit was hit.
    let wasFelt: Bool
}

/// The strikes of a chaos run in their order: each has the time until the next for its own.
struct ChaosStrikes {
    var all: [ChaosStrike] = []

    /// The fault of whose time a span has the largest part; nil where it lies before all of them.
    func fault(of span: Range<ContinuousClock.Instant>) -> String? {
        var longest: (fault: String, part: Duration)?
        for (index, strike) in all.enumerated().reversed() where strike.began <= span.upperBound {
            let end = index + 1 < all.count ? all[index + 1].began : span.upperBound
            guard end >= span.lowerBound else { break }
            let part = min(end, span.upperBound) - max(strike.began, span.lowerBound)
            if part >= longest?.part ?? .zero { longest = (strike.fault, part) }
        }
        return longest?.fault
    }
}
