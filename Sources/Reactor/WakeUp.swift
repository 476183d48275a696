import Glibc

/// A condition variable on the monotonic clock, which the standard library has none of.
///
/// `@unchecked Sendable`: both members are initialised once and then used through pthread calls alone, which are made
/// for use from several threads.
final class WakeUp: @unchecked Sendable {
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)

    init() {
        pthread_mutex_init(mutex, nil)
        var attributes = pthread_condattr_t()
        pthread_condattr_init(&attributes)
        pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
        pthread_cond_init(condition, &attributes)
        pthread_condattr_destroy(&attributes)
    }

    deinit {
        pthread_cond_destroy(condition)
        pthread_mutex_destroy(mutex)
        condition.deallocate()
        mutex.deallocate()
    }

    /// Waits until `signal`, or `deadline`, as long as `shouldWait` holds.
    func wait(until deadline: MonotonicTime, while shouldWait: () -> Bool) {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        while shouldWait() {
            if deadline == .distantFuture {
                pthread_cond_wait(condition, mutex)
            } else {
                var time = timespec(
                    tv_sec: Int(deadline.nanoseconds / 1_000_000_000),
                    tv_nsec: Int(deadline.nanoseconds % 1_000_000_000))
                if pthread_cond_timedwait(condition, mutex, &time) != 0 { return }
            }
        }
    }

    /// Wakes the waiting thread.
    ///
    /// What it waits for must have changed before.
    func signal() {
        // Whoever looked in vain is waiting by now. It wakes up without the mutex, which it would only wait for again.
        pthread_mutex_lock(mutex)
        pthread_mutex_unlock(mutex)
        pthread_cond_signal(condition)
    }
}
