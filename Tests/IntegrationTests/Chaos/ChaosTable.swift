import Foundation

/// What each fault of a chaos run did: how often it struck, and how long something announced was at most on its way.
///
/// The time is that from a push's acknowledgement to its arrival at a stream that was reading or trying to: time that
/// a stream spent away or stalling of its own accord does not count, time that the bridge was dead does. A push
/// without flag waits for the next comparison, and is not counted.
struct ChaosTable: CustomStringConvertible {
    private struct Row {
        var strikes = 0
        var longest = Duration.zero
        var violations = 0
    }

    private static let quiet = "before all faults"
    private var rows: [String: Row] = [:]

    init(_ strikes: ChaosStrikes, _ pushes: [[ChaosLedger.Push]], _ records: [StreamRecord], _ verdict: ChaosVerdict) {
        for strike in strikes.all { rows[strike.fault, default: Row()].strikes += 1 }
        for record in records {
            for arrival in record.arrivals where pushes[arrival.entry.feed].count >= arrival.entry.number {
                let push = pushes[arrival.entry.feed][arrival.entry.number - 1]
                let begin = max(push.acknowledged, arrival.isWillingSince)
                guard push.isAnnounced, begin < arrival.time else { continue }
                let fault = strikes.fault(of: begin..<arrival.time) ?? ChaosTable.quiet
                rows[fault, default: Row()].longest = max(rows[fault]?.longest ?? .zero, arrival.time - begin)
            }
        }
        for violation in verdict.violations {
            let fault = violation.time.flatMap { strikes.fault(of: $0..<$0) } ?? ChaosTable.quiet
            rows[fault, default: Row()].violations += 1
        }
    }

    var description: String {
        let head = line("fault", "struck", "longest wait", "verdict")
        let lines = rows.sorted { $0.key < $1.key }.map { fault, row in
            line(
                fault, String(row.strikes), "\(row.longest.pollMilliseconds) ms",
                row.violations == 0 ? "held" : "BROKEN \(row.violations) times")
        }
        return ([head] + lines).joined(separator: "\n")
    }

    private func line(_ fault: String, _ struck: String, _ longest: String, _ verdict: String) -> String {
        func left(_ text: String, _ width: Int) -> String {
            text + String(repeating: " ", count: max(0, width - text.count))
        }
        func right(_ text: String, _ width: Int) -> String {
            String(repeating: " ", count: max(0, width - text.count)) + text
        }
        return "\(left(fault, 32)) \(right(struck, 6)) \(right(longest, 14))   \(verdict)"
    }
}
