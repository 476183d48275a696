import Foundation
import Redis
import Testing

/// What Redis does to the bridge, short of going away.
@Suite(.serialized, .timeLimit(.minutes(2)))
struct RedisFaultTests {
    @Test func `a connection that breaks in the middle of a reply loses nothing`() throws {
        let server = try RedisServer()
        let proxy = try RedisProxy(server)
        let bridge = try FlagpoleProcess(["redis": ["url": proxy.url]], redis: server)
        let stream = try bridge.liveStream("feed=user:42")
        let redis = try server.connect()
        try redis.push(#"{"id":"before"}"#, to: "user:42")
        #expect(try stream.ids(1) == ["before"])
        for command in ["EVAL", "EXISTS", "MGET", "LRANGE"] {
            for bytes in [0, 1, 3] {
                let strikes = proxy.strikes
                proxy.fault = .cut(command: command, replyBytes: bytes)
                try redis.push(#"{"id":"\#(command)-\#(bytes)"}"#, to: "user:42")
                #expect(try stream.ids(1) == ["\(command)-\(bytes)"])
                try eventually("the cut") { proxy.strikes == strikes + 1 }
            }
        }
    }
}
