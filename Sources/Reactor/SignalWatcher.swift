import CLinux
import Glibc

/// Signals as readable events: a `signalfd` for the main thread to wait on.
package struct SignalWatcher: ~Copyable {
    private let signals: [Int32]
    private let descriptor: Int32
    private let wakeDescriptor: Int32

    /// Blocks `signals` for this thread and all that it starts, and ignores SIGPIPE.
    ///
    /// Call before the first thread starts: a thread that has not blocked them would be killed by them.
    package init(_ signals: [Int32]) {
        self.signals = signals
        signal(SIGPIPE, SIG_IGN)
        var set = sigset_t()
        sigemptyset(&set)
        for signal in signals { sigaddset(&set, signal) }
        pthread_sigmask(SIG_BLOCK, &set, nil)
        descriptor = clinux_signalfd(&set)
        wakeDescriptor = clinux_eventfd()
        precondition(descriptor >= 0 && wakeDescriptor >= 0, "signalfd failed with errno \(errno)")
    }

    deinit {
        close(descriptor)
        close(wakeDescriptor)
    }

    /// What ended a wait.
    package enum Wake: Equatable, Sendable {
        case signal(Int32)
        case woken
        case timedOut
    }

    /// Waits for a signal, for `waker`, or for `deadline`.
    package borrowing func wait(until deadline: MonotonicTime = .distantFuture) -> Wake {
        while true {
            var descriptors = [
                pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0),
                pollfd(fd: wakeDescriptor, events: Int16(POLLIN), revents: 0),
            ]
            let left = deadline.nanoseconds - MonotonicTime.now.nanoseconds
            let timeout: Int32 =
                deadline == .distantFuture ? -1 : Int32(clamping: max(0, (left + 999_999) / 1_000_000))
            let count = poll(&descriptors, 2, timeout)
            if count == 0 { return .timedOut }
            var info = signalfd_siginfo()
            let size = MemoryLayout<signalfd_siginfo>.size
            if read(descriptor, &info, size) == size { return .signal(Int32(info.ssi_signo)) }
            var value: UInt64 = 0
            if read(wakeDescriptor, &value, 8) == 8 { return .woken }
        }
    }

    /// Lets the signals do again what they do by default, to this process as a whole.
    package borrowing func restoreDefaults() {
        var set = sigset_t()
        sigemptyset(&set)
        for signal in signals { sigaddset(&set, signal) }
        pthread_sigmask(SIG_UNBLOCK, &set, nil)
    }

    /// Ends a `wait` from any thread.
    package var waker: Waker { Waker(descriptor: wakeDescriptor) }

    /// The other end of a watcher, valid as long as it is.
    package struct Waker: Sendable {
        fileprivate let descriptor: Int32

        package func wake() {
            var one: UInt64 = 1
            _ = write(descriptor, &one, 8)
        }
    }
}
