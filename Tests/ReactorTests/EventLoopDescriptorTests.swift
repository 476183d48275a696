import Glibc
import Testing

@testable import Reactor

struct EventLoopDescriptorTests {
    /// Runs turns until `condition` holds, and returns what was ready; ten seconds at most.
    private func turn(_ loop: EventLoop, until condition: ([ReadyDescriptor]) -> Bool) -> [ReadyDescriptor] {
        let end = MonotonicTime.now + 10_000
        var ready: [ReadyDescriptor] = []
        loop.run(
            turn: { events in
                ready += events
                if condition(ready) || .now >= end { loop.stop() }
            }, beforeWaiting: { end })
        return ready
    }

    private func pair() -> (Int32, Int32) {
        var descriptors: [Int32] = [0, 0]
        socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue), 0, &descriptors)
        return (descriptors[0], descriptors[1])
    }

    @Test func `a descriptor is reported with the generation that it was registered with`() {
        let (loop, (mine, theirs)) = (EventLoop(), pair())
        defer { for descriptor in [mine, theirs] { close(descriptor) } }
        let registration = Registration(descriptor: mine, generation: 0xFFFF_FFFE)
        #expect(loop.register(registration))
        write(theirs, "x", 1)
        let ready = turn(loop) { $0.contains { $0.events.contains(.readable) } }
        #expect(ready.allSatisfy { $0.registration == registration })
        #expect(ready.contains { $0.events.contains([.readable, .writable]) })
    }

    @Test func `a peer that stops sending and one that is gone are reported`() {
        for isClosed in [false, true] {
            let (loop, (mine, theirs)) = (EventLoop(), pair())
            defer { close(mine) }
            #expect(loop.register(Registration(descriptor: mine, generation: 1)))
            if isClosed { close(theirs) } else { shutdown(theirs, Int32(SHUT_WR)) }
            let ready = turn(loop) { $0.contains { !$0.events.isDisjoint(with: .hungUp) } }
            #expect(!ready.isEmpty)
            if !isClosed { close(theirs) }
        }
    }

    @Test func `what is not taken from a listener is reported again`() {
        let (loop, (mine, theirs)) = (EventLoop(), pair())
        defer { for descriptor in [mine, theirs] { close(descriptor) } }
        #expect(loop.registerListener(Registration(descriptor: mine, generation: 0)))
        write(theirs, "x", 1)
        #expect(turn(loop) { $0.count == 3 }.count == 3)
    }

    @Test func `a descriptor that was removed is not reported`() {
        let (loop, (mine, theirs)) = (EventLoop(), pair())
        defer { for descriptor in [mine, theirs] { close(descriptor) } }
        #expect(loop.registerListener(Registration(descriptor: mine, generation: 0)))
        loop.remove(mine)
        write(theirs, "x", 1)
        var turns = 0
        loop.run(
            turn: { events in
                #expect(events.isEmpty)
                turns += 1
                if turns == 3 { loop.stop() }
            }, beforeWaiting: { .now })
    }

    @Test func `a registration keeps descriptor and generation apart`() {
        for (descriptor, generation) in [(0, 0), (3, .max), (.max, 1), (65_536, 65_536)] as [(Int32, UInt32)] {
            let registration = Registration(descriptor: descriptor, generation: generation)
            #expect(Registration(registration.data) == registration)
        }
    }

    @Test func `a descriptor that is none cannot be registered`() {
        #expect(!EventLoop().register(Registration(descriptor: -1, generation: 1)))
    }
}
