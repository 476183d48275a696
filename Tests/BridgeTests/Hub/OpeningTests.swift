import Testing

@testable import Bridge

struct OpeningTests {
    @Test func `a stream's head does not wait for a database that takes long`() async throws {
        let store = try TestStore()
        try await RunningHub.run(store) { running in
            let gate = Gate(holding: running.reader, on: running.reader.executor)
            let tap = try StreamTap(["user:42"], port: running.port)
            // The welcome comes after a second.
            #expect(try tap.drain(waiting: 900))
            #expect(tap.received.isEmpty)
            withExtendedLifetime(gate) {}
        }
    }

    @Test func `the numbers that clients are told apart by differ`() {
        var reserve = RandomReserve()
        let numbers = (0..<100).map { _ in reserve.next() }
        #expect(Set(numbers).count == 100)
    }
}
