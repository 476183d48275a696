import Foundation

/// What a test waited for in vain, or could not do.
struct HarnessError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}

/// How long a test waits for what must happen; generous, since the machine may be busy with other things.
let patience = Duration.seconds(15)

/// Whether this is a trial, with time for the tests that take long.
let isTrial = ProcessInfo.processInfo.environment["TRIAL"] != nil

/// Asks until `condition` holds, after 2 ms at first and ever less often, up to 40 ms: what is asked has work to do.
///
/// - Throws: `HarnessError` once the time is up.
func eventually(
    _ what: String, within time: Duration = patience, until condition: () throws -> Bool
) throws {
    let deadline = ContinuousClock.now + time
    var pause: Int32 = 2
    while try !condition() {
        guard ContinuousClock.now < deadline else { throw HarnessError("\(what): not within \(time)") }
        poll(nil, 0, pause)
        pause = min(pause + 2, 40)
    }
}

extension Duration {
    /// Whole milliseconds, rounded up, as `poll` takes them.
    var pollMilliseconds: Int32 {
        let (seconds, attoseconds) = components
        return Int32(clamping: max(0, seconds * 1000 + (attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000))
    }
}
