import Glibc
import Synchronization

/// One thread for calls that block (SQLite, Redis), and the serial executor of the actor that makes them.
///
/// The thread sleeps until work is handed over or the actor's deadline has come.
package final class BlockingExecutor: ThreadExecutor {
    private let queue = JobQueue()
    private let stopped = Atomic<Bool>(false)
    private let wakeUp = WakeUp()
    private let thread = OwnThread()

    package init() {}

    /// Runs work until `stop` is called; the calling thread becomes the executor's.
    ///
    /// - Parameter onDeadline: called after work was run and when the last deadline has come; returns the next one.
    package func run(onDeadline: (MonotonicTime) -> MonotonicTime = { _ in .distantFuture }) {
        thread.claim()
        while true {
            let jobs = queue.take()
            for job in jobs {
                switch job {
                case .job(let job): job.runSynchronously(on: asUnownedSerialExecutor())
                case .call(let call): call()
                }
            }
            // Work that was handed over before `stop` is done, whatever it hands over itself.
            if jobs.isEmpty && stopped.load(ordering: .acquiring) { return }
            let deadline = onDeadline(.now)
            wakeUp.wait(until: deadline) { queue.isEmpty && !stopped.load(ordering: .acquiring) }
        }
    }

    /// Ends `run` once the work already handed over is done.
    package func stop() {
        stopped.store(true, ordering: .releasing)
        wakeUp.signal()
    }

    package func checkIsolated() {
        precondition(thread.isCurrent, "not on the executor's thread")
    }

    package func isIsolatingCurrentContext() -> Bool? {
        thread.isCurrent
    }

    package func enqueue(_ job: consuming ExecutorJob) {
        if queue.append(.job(UnownedJob(job))) { wakeUp.signal() }
    }

    package func submit(_ call: @escaping @Sendable () -> Void) {
        if queue.append(.call(call)) { wakeUp.signal() }
    }
}
