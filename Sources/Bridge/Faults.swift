import Glibc
import SQLite
import Synchronization

/// Where a test strikes: points at which the bridge dies, and safeguards that are left out.
///
/// Debug builds only; in a release build nothing of it is left. `FAULT_POINT=committed:3` kills the process when it
/// reaches that point for the third time; `FAULT_ERROR=committed:3` has it take that commit for a failed one instead,
/// as it does when the disk answers with an error what it has written. `FAULT_OFF=commit-before-sending` leaves that safeguard out, so that a test
/// can prove that it would notice.
enum Faults {
    /// A moment between two steps that belong together.
    enum Point: String {
        /// Flags are lowered; their lists are not read yet.
        case lowered
        /// Lists are read; the store has not been given what was on them.
        case read
        /// All of a batch is written; its transaction is not committed.
        case written
        /// A batch is committed; the streams have not been told.
        case committed
        /// The events of a batch are queued for its streams; none has left.
        case queued
        /// Events have left; nobody knows who has read them.
        case sent
    }

    /// What keeps one of the guarantees.
    enum Safeguard: String {
        case lowerBeforeReading = "lower-before-reading"
        case commitBeforeSending = "commit-before-sending"
        case positionInTransaction = "position-in-transaction"
        /// Left out, commands of generators are as those that a hanging disk keeps from ending.
        case killGenerators = "kill-generators"
    }

    #if FAULT_INJECTION
        private static let strike = moment("FAULT_POINT")
        private static let failure = moment("FAULT_ERROR")
        private static let off: [Safeguard] = variable("FAULT_OFF").split(separator: ",").map { name in
            guard let safeguard = Safeguard(rawValue: String(name)) else { preconditionFailure("no safeguard \(name)") }
            return safeguard
        }
        private static let reached = Atomic<Int>(0)
        private static let failed = Atomic<Int>(0)

        private static func moment(_ name: String) -> (point: Point, count: Int)? {
            let parts = variable(name).split(separator: ":")
            guard let name = parts.first else { return nil }
            guard let point = Point(rawValue: String(name)) else { preconditionFailure("no fault point \(name)") }
            return (point, parts.count > 1 ? Int(parts[1]) ?? 1 : 1)
        }

        private static func variable(_ name: String) -> String { getenv(name).map { String(cString: $0) } ?? "" }

        /// Dies here if this is the point and the time that was asked for.
        static func reach(_ point: Point) {
            guard let strike, strike.point == point else { return }
            guard reached.add(1, ordering: .relaxed).newValue == strike.count else { return }
            // What other threads were given by now may leave, as it may when the kernel ends a process.
            usleep(20_000)
            kill(getpid(), SIGKILL)
        }

        /// Throws here, after something was done, if this is the point and the time that was asked for.
        static func fail(after point: Point) throws(SQLiteError) {
            guard let failure, failure.point == point else { return }
            guard failed.add(1, ordering: .relaxed).newValue == failure.count else { return }
            throw SQLiteError(code: .ioError, message: "disk I/O error")
        }

        static func isOff(_ safeguard: Safeguard) -> Bool { off.contains(safeguard) }
    #else
        @inline(__always) static func reach(_ point: Point) {}
        @inline(__always) static func fail(after point: Point) throws(SQLiteError) {}
        @inline(__always) static func isOff(_ safeguard: Safeguard) -> Bool { false }
    #endif
}
