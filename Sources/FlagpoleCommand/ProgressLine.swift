/// A line on standard error that tells how far a long push is, for a person only.
struct ProgressLine {
    private let size: Int?
    private let start = ContinuousClock.now
    private var shown: ContinuousClock.Instant?

    /// - Parameter size: How many bytes there are to read; nil where nobody knows.
    init(size: Int?) {
        self.size = size
    }

    /// Shows count, rate and, where the size is known, the share that is done; at most ten times a second.
    mutating func show(count: Int, bytesRead: Int) {
        let now = ContinuousClock.now
        guard Terminal.error.isInteractive, shown.map({ now - $0 > .milliseconds(100) }) ?? true else { return }
        shown = now
        let rate = Int(Double(count) / max((now - start) / .seconds(1), 0.001))
        let share = size.map { $0 > 0 ? ", \(min(100, bytesRead * 100 / $0)) %" : "" } ?? ""
        Terminal.error.write("\r\u{1B}[K\(count) pushed, \(rate)/s\(share)")
    }

    /// Takes the line away.
    func clear() {
        if shown != nil { Terminal.error.write("\r\u{1B}[K") }
    }
}
