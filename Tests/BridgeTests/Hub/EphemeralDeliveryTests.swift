import Feeds
import Testing

@testable import Bridge

/// What is sent without being stored.
@Suite(.serialized, .timeLimit(.minutes(1)))
struct EphemeralDeliveryTests {
    @Test func `what is stored nowhere reaches the streams of its feed, and moves no cursor`() async throws {
        let store = try TestStore()
        try await RunningHub.run(store) { hub in
            try await hub.ingest(try store.batch("user:1", [#"{"id":"a"}"#]))
            let (one, other) = (
                try StreamTap(["user:1"], port: hub.port), try StreamTap(["user:2"], port: hub.port)
            )
            for stream in [one, other] { try stream.untilLive() }
            let cursor = one.lastEventID
            try await hub.sendEphemeral("user:1", event: "typing", #"{"id":"t1"}"#)
            try one.read { one.notifications.count == 2 }
            #expect(one.notifications[1].event == "typing" && one.notifications[1].data == #"{"id":"t1"}"#)
            #expect(one.lastEventID == cursor)
            try other.drain(waiting: 20)
            #expect(other.notifications.isEmpty)
            // It does not come again.
            let back = try StreamTap(["user:1"], cursor: cursor, port: hub.port)
            try back.untilLive()
            #expect(back.notifications.isEmpty)
        }
    }

    @Test func `an envelope names the feed of what is stored nowhere, and its id if it has one`() async throws {
        let store = try TestStore()
        try await RunningHub.run(store) { hub in
            let stream = try StreamTap(["user:1", "user:2"], port: hub.port)
            try stream.untilLive()
            try await hub.sendEphemeral("user:2", event: nil, id: "x", #"{"id":"x"}"#)
            try await hub.sendEphemeral("user:1", event: nil, #"{"n":1}"#)
            try stream.read { stream.notifications.count == 2 }
            #expect(
                stream.notifications.map(\.data) == [
                    #"{"feed":"user:2","id":"x","replay":false,"read_at":null,"unread":null,"body":{"id":"x"}}"#,
                    #"{"feed":"user:1","id":null,"replay":false,"read_at":null,"unread":null,"body":{"n":1}}"#,
                ])
        }
    }

    @Test func `a stream that is behind goes without, and still gets all that is stored`() async throws {
        let store = try TestStore()
        try await RunningHub.run(store) { hub in
            let stream = try StreamTap(["user:1"], port: hub.port)
            try stream.untilLive()
            let text = String(repeating: "x", count: 60_000)
            // More than the kernel and the hub take for a stream that reads nothing.
            for number in 0..<150 {
                try await hub.ingest(try store.batch("user:1", [#"{"id":"\#(number)","t":"\#(text)"}"#]))
            }
            try await hub.sendEphemeral("user:1", event: "typing", #"{"id":"t"}"#)
            try await hub.ingest(try store.batch("user:1", [#"{"id":"last"}"#]))
            try stream.read { stream.notifications.last?.data == #"{"id":"last"}"# }
            #expect(stream.notifications.count == 151 && !stream.notifications.contains { $0.event == "typing" })
        }
    }
}
