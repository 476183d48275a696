import CLinux
import Glibc
import Synchronization

/// One thread's epoll loop, and the serial executor of the actor that lives on it.
///
/// A turn is: wait for events, hand each to the actor, run the jobs that other threads left, then let the actor flush
/// what the turn made dirty. The thread that calls `run` is the loop's thread; no other may touch its descriptors.
package final class EventLoop: ThreadExecutor {
    private let queue = JobQueue()
    private let wakeDescriptor: Int32
    private let stopped = Atomic<Bool>(false)
    private let thread = OwnThread()
    private let epoll = Epoll()

    package init() {
        wakeDescriptor = clinux_eventfd()
        precondition(wakeDescriptor >= 0, "eventfd failed with errno \(errno)")
        _ = epoll.add(Registration(descriptor: wakeDescriptor, generation: 0), .readable)
    }

    deinit {
        close(wakeDescriptor)
    }

    /// Runs turns until `stop` is called.
    ///
    /// - Parameters:
    ///   - turn: handles the events of a turn; called on every turn, with or without any.
    ///   - beforeWaiting: called last in a turn; returns until when the loop may sleep.
    package func run(
        turn: ([ReadyDescriptor]) -> Void,
        beforeWaiting: () -> MonotonicTime
    ) {
        thread.claim()
        let events = UnsafeMutableBufferPointer<epoll_event>.allocate(capacity: 512)
        defer { events.deallocate() }
        while !stopped.load(ordering: .acquiring) {
            let deadline = beforeWaiting()
            let count = epoll.wait(into: events, timeout: queue.isEmpty ? EventLoop.timeout(until: deadline) : 0)
            turn(ready(events.prefix(Int(count))))
            runJobs()
        }
        runJobs()
    }

    private func ready(_ events: Slice<UnsafeMutableBufferPointer<epoll_event>>) -> [ReadyDescriptor] {
        events.compactMap { event in
            let ready = ReadyDescriptor(event)
            guard ready.registration.descriptor == wakeDescriptor else { return ready }
            drainWakeDescriptor()
            return nil
        }
    }

    /// Ends `run` after the current turn.
    package func stop() {
        stopped.store(true, ordering: .releasing)
        wake()
    }

    /// Registers a connection's descriptor once for all, edge-triggered: readable, writable and hung up.
    ///
    /// With edges there is no second `epoll_ctl` in a connection's life. The kernel reports `writable` again only
    /// after a write came up short, so an idle stream costs no wake-up.
    package func register(_ registration: Registration) -> Bool {
        epoll.add(registration, [.readable, .writable, .hungUp, .edgeTriggered])
    }

    /// Registers a listener, level-triggered, so that connections left in its queue are reported again.
    package func registerListener(_ registration: Registration) -> Bool {
        epoll.add(registration, .readable)
    }

    /// Forgets a descriptor that stays open.
    ///
    /// A closed one is forgotten by the kernel.
    package func remove(_ descriptor: Int32) {
        epoll.remove(descriptor)
    }

    // MARK: - Executor

    package func enqueue(_ job: consuming ExecutorJob) {
        if queue.append(.job(UnownedJob(job))) { wake() }
    }

    package func submit(_ call: @escaping @Sendable () -> Void) {
        if queue.append(.call(call)) { wake() }
    }

    package func checkIsolated() {
        precondition(thread.isCurrent, "not on the event loop's thread")
    }

    package func isIsolatingCurrentContext() -> Bool? {
        thread.isCurrent
    }

    private func runJobs() {
        for job in queue.take() {
            switch job {
            case .job(let job): job.runSynchronously(on: asUnownedSerialExecutor())
            case .call(let call): call()
            }
        }
    }

    private func wake() {
        var one: UInt64 = 1
        _ = write(wakeDescriptor, &one, 8)
    }

    private func drainWakeDescriptor() {
        var count: UInt64 = 0
        _ = read(wakeDescriptor, &count, 8)
    }

    private static func timeout(until deadline: MonotonicTime) -> Int32 {
        guard deadline != .distantFuture else { return -1 }
        let nanoseconds = deadline.nanoseconds - MonotonicTime.now.nanoseconds
        return nanoseconds <= 0 ? 0 : Int32(clamping: (nanoseconds + 999_999) / 1_000_000)
    }
}
