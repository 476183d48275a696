import CLinux
import Glibc

/// What epoll says of one descriptor.
package struct ReadyEvents: OptionSet, Sendable {
    package let rawValue: UInt32

    package init(rawValue: UInt32) {
        self.rawValue = rawValue
    }

    package static let readable = ReadyEvents(rawValue: clinux_EPOLLIN)
    package static let writable = ReadyEvents(rawValue: clinux_EPOLLOUT)
    /// The peer will send no more, or is gone: `EPOLLRDHUP`, `EPOLLHUP` or `EPOLLERR`.
    package static let hungUp = ReadyEvents(rawValue: clinux_EPOLLRDHUP | clinux_EPOLLHUP | clinux_EPOLLERR)

    package var isReadable: Bool { rawValue & clinux_EPOLLIN != 0 }
    package var isWritable: Bool { rawValue & clinux_EPOLLOUT != 0 }
    package var isHungUp: Bool { rawValue & (clinux_EPOLLRDHUP | clinux_EPOLLHUP | clinux_EPOLLERR) != 0 }

    static let edgeTriggered = ReadyEvents(rawValue: clinux_EPOLLET)
}

/// Whose events these are: the descriptor, and the generation of its slot, so that an event for a descriptor
/// that was closed and given out again is told apart.
package struct Registration: Hashable, Sendable {
    package let descriptor: Int32
    package let generation: UInt32

    package init(descriptor: Int32, generation: UInt32) {
        self.descriptor = descriptor
        self.generation = generation
    }

    init(_ data: UInt64) {
        self.init(descriptor: Int32(truncatingIfNeeded: data), generation: UInt32(truncatingIfNeeded: data >> 32))
    }

    var data: UInt64 { UInt64(generation) << 32 | UInt64(UInt32(bitPattern: descriptor)) }
}

/// A descriptor that something happened on.
package struct ReadyDescriptor: Sendable {
    package let registration: Registration
    package let events: ReadyEvents

    init(_ event: epoll_event) {
        registration = Registration(clinux_event_data(event))
        events = ReadyEvents(rawValue: event.events)
    }
}

/// An epoll instance.
struct Epoll: ~Copyable, Sendable {
    private let descriptor: Int32

    init() {
        descriptor = epoll_create1(Int32(O_CLOEXEC))
        precondition(descriptor >= 0, "epoll_create1 failed with errno \(errno)")
    }

    deinit {
        close(descriptor)
    }

    /// Registers a descriptor; `false` when the kernel refuses (`ENOMEM`, `ENOSPC`).
    borrowing func add(_ registration: Registration, _ interest: ReadyEvents) -> Bool {
        clinux_epoll_ctl(descriptor, EPOLL_CTL_ADD, registration.descriptor, interest.rawValue, registration.data) == 0
    }

    borrowing func remove(_ target: Int32) {
        _ = clinux_epoll_ctl(descriptor, EPOLL_CTL_DEL, target, 0, 0)
    }

    /// Waits for events, at most `timeout` milliseconds (-1: for ever), and returns how many there are.
    borrowing func wait(into events: UnsafeMutableBufferPointer<epoll_event>, timeout: Int32) -> Int32 {
        max(0, epoll_wait(descriptor, events.baseAddress, Int32(events.count), timeout))
    }
}
