import Glibc
import Synchronization

/// Which thread an executor runs on, so that isolation can be checked outside a job.
struct OwnThread: ~Copyable, Sendable {
    private let handle = Atomic<UInt>(0)

    /// Makes the calling thread the executor's.
    borrowing func claim() {
        handle.store(pthread_self(), ordering: .releasing)
    }

    var isCurrent: Bool { handle.load(ordering: .acquiring) == pthread_self() }
}
