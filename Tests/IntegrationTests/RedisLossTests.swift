import Foundation
import Redis
import Testing

/// Redis dies, pauses, forgets, or another takes its place.
@Suite(.serialized, .timeLimit(.minutes(2)))
struct RedisLossTests {
    @Test func `what is pushed around each death of Redis arrives`() throws {
        let scene = try FaultScene()
        for _ in 0..<5 {
            try scene.push(30)
            scene.server.kill()
            try scene.expectHeartbeats(2)
            try scene.server.start()
            scene.redis = try scene.server.connect()
            try scene.push(3)
        }
        try scene.expectHealth()
    }

    /// A command is given five seconds; a pause on either side of that.
    @Test(arguments: isTrial ? [1, 4, 6, 11] : [1])
    func `a Redis that pauses is waited for`(seconds: Int) throws {
        let scene = try FaultScene()
        try scene.push(5)
        scene.server.signal(SIGSTOP)
        try scene.expectHeartbeats(seconds * 20)
        if seconds > 5 { try scene.expectReason("Redis") }
        #expect(try scene.tickAge() < 6)
        scene.server.signal(SIGCONT)
        try scene.push(5)
        try scene.expectHealth()
    }

    @Test func `a Redis that was emptied begins anew, and brings nothing back`() throws {
        let scene = try FaultScene()
        let known = ["a", "b", "c"].map { #"{"id":"\#($0)"}"# }
        try scene.push(known)
        try scene.expectArrival()
        for round in 0..<5 {
            try scene.redis.command("FLUSHALL")
            // The flag that was raised a moment ago may be gone with the rest, the writer pushes as if nothing were.
            try scene.push([known[1], #"{"id":"new-\#(round)"}"#, known[0]], known: Set(known))
            try scene.expectArrival()
        }
        try scene.redis.command("FLUSHALL")
        try scene.expectHeartbeats(5)
        try scene.push([known[2], #"{"id":"later"}"#], known: Set(known))
        try scene.expectHealth()
    }

    @Test func `a replica that lacks the last entries takes over, and nothing comes twice`() throws {
        let scene = try FaultScene(withIDs: true)
        let replica = try RedisServer()
        try replica.replicate(scene.server)
        try scene.push(["a", "b", "c"].map { #"{"id":"\#($0)"}"# })
        try scene.expectArrival()
        try eventually("the replica") {
            try replica.connect().command("LLEN", "notifications:user:42").integer == 4
        }
        try replica.promote()
        let lost = ["d", "e", "f"].map { #"{"id":"\#($0)"}"# }
        try scene.push(lost)
        try scene.expectArrival()

        scene.server.kill()
        try scene.expectReason("Redis")
        scene.proxy.redirect(to: replica)
        scene.redis = try replica.connect()
        try scene.push([#"{"id":"g"}"#])
        try scene.expectArrival()
        // A writer that is told of the loss pushes again what it had.
        try scene.push([lost[2], #"{"id":"h"}"#, lost[0]], known: Set(lost))
        try scene.expectHealth()
    }

    @Test func `a replica that takes no writes is read until it does`() throws {
        let scene = try FaultScene(["reconcile_interval_ms": 200])
        let replica = try RedisServer()
        try replica.replicate(scene.server)
        scene.proxy.redirect(to: replica)
        for _ in 0..<3 {
            try scene.push(3)
            try scene.expectArrival()
        }
        #expect(try scene.reason() == nil)
        try replica.promote()
        scene.server.kill()
        scene.redis = try replica.connect()
        try scene.expectHealth()
        try eventually("the lowered flag") {
            try scene.redis.command("EXISTS", "user:42:has_new_notification").integer == 0
        }
    }

    @Test func `a list that is something else for a while goes on where it was`() throws {
        let scene = try FaultScene(["reconcile_interval_ms": 200])
        let other = try scene.bridge.liveStream("feed=user:43")
        for (round, makeOther) in [
            ["SET", "notifications:user:42", "x"], ["HSET", "notifications:user:42", "x", "1"],
        ]
        .enumerated() {
            try scene.push(2)
            try scene.expectArrival()
            try scene.redis.command("RENAME", "notifications:user:42", "aside")
            try scene.redis.command(bytes: makeOther.map { Array($0.utf8) })
            try scene.redis.command("SET", "user:42:has_new_notification", "1")
            for number in 1...3 {
                try scene.redis.push(#"{"id":"\#(round)-\#(number)"}"#, to: "user:43")
                #expect(try other.ids(1) == ["\(round)-\(number)"])
            }
            try eventually("the report") {
                try scene.bridge.metric(#"flagpole_redis_errors_total{kind="wrongtype"}"#) ?? 0 > 0
            }
            try scene.expectHeartbeats()
            #expect(try scene.reason() == nil)
            try scene.redis.command("RENAME", "aside", "notifications:user:42")
            try scene.push(2)
            try scene.expectArrival()
        }
        try scene.expectHealth(streams: 2)
    }

    @Test func `a flag that is something else for a while stops nothing`() throws {
        let scene = try FaultScene(["reconcile_interval_ms": 200])
        let other = try scene.bridge.liveStream("feed=user:43")
        let flag = "user:42:has_new_notification"
        for makeOther in [["RPUSH", flag, "x"], ["HSET", flag, "x", "1"], ["SADD", flag, "x"]] {
            try scene.redis.command("DEL", flag)
            try scene.redis.command(bytes: makeOther.map { Array($0.utf8) })
            for number in 1...3 {
                // SET makes a string of whatever there was: this writer pushes without.
                try scene.pushWithoutFlag()
                try scene.redis.push(#"{"id":"\#(makeOther[0])-\#(number)"}"#, to: "user:43")
                #expect(try other.ids(1) == ["\(makeOther[0])-\(number)"])
                try scene.expectArrival()
            }
            #expect(try scene.redis.command("EXISTS", flag).integer == 1)
            try scene.push()
            try scene.expectArrival()
            try eventually("the lowered flag") { try scene.redis.command("EXISTS", flag).integer == 0 }
        }
        try scene.expectHealth(streams: 2)
    }
}
