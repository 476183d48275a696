import Synchronization

/// What a thread is asked to run: a job of Swift's concurrency, or a plain call.
enum ThreadJob: Sendable {
    case job(UnownedJob)
    case call(@Sendable () -> Void)
}

/// The work that other threads leave for one thread, in the order in which it was left.
///
/// Both kinds of work share one queue, so that what one thread hands over arrives in order.
final class JobQueue: Sendable {
    private let waiting = Mutex<[ThreadJob]>([])

    /// Appends work, and returns whether the queue was empty, so that its thread must be woken.
    func append(_ job: ThreadJob) -> Bool {
        waiting.withLock { jobs in
            jobs.append(job)
            return jobs.count == 1
        }
    }

    /// Takes all that waits.
    func take() -> [ThreadJob] {
        waiting.withLock { jobs in
            guard !jobs.isEmpty else { return [] }
            let taken = jobs
            jobs = []
            return taken
        }
    }

    var isEmpty: Bool { waiting.withLock { $0.isEmpty } }
}

/// An executor that owns one thread and runs its work in the order in which it was handed over.
package protocol ThreadExecutor: SerialExecutor {
    /// Hands `call` to the thread and returns at once.
    func submit(_ call: @escaping @Sendable () -> Void)
}

extension Actor {
    /// Hands work to this actor's thread and returns at once.
    ///
    /// Unlike a `Task`, calls arrive strictly in the order in which a thread posts them, and nothing is allocated but
    /// the closure. The actor's executor must be `executor`.
    package nonisolated func post(
        on executor: some ThreadExecutor, _ body: @escaping @Sendable (isolated Self) -> Void
    ) {
        executor.submit { self.assumeIsolated(body) }
    }
}
