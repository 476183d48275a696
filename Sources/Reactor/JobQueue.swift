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
    /// How many jobs wait, so that a thread that looks for work in vain takes no lock.
    ///
    /// Stored last and loaded first by whoever holds the lock: so the thread sanitizer, too, sees what is ordered. Of a
    /// `Mutex` that is contended it sees nothing, since that path lies in the runtime library.
    private let count = Atomic<Int>(0)

    /// Appends work, and returns whether the queue was empty, so that its thread must be woken.
    func append(_ job: ThreadJob) -> Bool {
        waiting.withLock { jobs in
            let wasEmpty = isEmpty
            jobs.append(job)
            count.store(jobs.count, ordering: .releasing)
            return wasEmpty
        }
    }

    /// Takes all that waits.
    func take() -> [ThreadJob] {
        guard !isEmpty else { return [] }
        return waiting.withLock { jobs in
            guard !isEmpty else { return [] }
            let taken = jobs
            jobs = []
            count.store(0, ordering: .releasing)
            return taken
        }
    }

    var isEmpty: Bool { count.load(ordering: .acquiring) == 0 }
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
