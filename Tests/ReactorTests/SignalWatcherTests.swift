import Glibc
import Testing

@testable import Reactor

/// On threads of their own, to which alone the signals are sent: the mask dies with the thread.
struct SignalWatcherTests {
    private func onThread(_ body: @escaping @Sendable () -> Void) {
        NamedThread("signals", body).join()
    }

    @Test func `a signal ends a wait, and each is told once`() {
        onThread {
            let watcher = SignalWatcher([SIGUSR1, SIGUSR2])
            pthread_kill(pthread_self(), SIGUSR2)
            #expect(watcher.wait() == .signal(SIGUSR2))
            pthread_kill(pthread_self(), SIGUSR1)
            #expect(watcher.wait() == .signal(SIGUSR1))
            #expect(watcher.wait(until: .now) == .timedOut)
        }
    }

    @Test func `a waker ends a wait, before it began and from another thread`() {
        onThread {
            let watcher = SignalWatcher([SIGUSR1])
            let waker = watcher.waker
            waker.wake()
            waker.wake()
            #expect(watcher.wait() == .woken)
            #expect(watcher.wait(until: .now) == .timedOut)
            let other = NamedThread("waker") { waker.wake() }
            #expect(watcher.wait() == .woken)
            other.join()
        }
    }

    @Test func `a wait ends at its deadline and not before`() {
        onThread {
            let watcher = SignalWatcher([SIGUSR1])
            let deadline = MonotonicTime.now + 20
            #expect(watcher.wait(until: deadline) == .timedOut)
            #expect(.now >= deadline)
        }
    }
}
