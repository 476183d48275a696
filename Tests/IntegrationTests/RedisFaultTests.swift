import Redis
import Testing

/// What comes over the connection to Redis is broken, late, or a refusal.
@Suite(.serialized, .timeLimit(.minutes(2)))
struct RedisFaultTests {
    static let writeRefusals = [
        "READONLY You can't write against a read only replica.",
        "OOM command not allowed when used memory > 'maxmemory'.",
        "MISCONF Redis is configured to save RDB snapshots, but it's currently unable to persist to disk.",
        "NOPERM this user has no permissions to run the command",
    ]

    @Test(arguments: ["EVAL", "EXISTS", "MGET", "LRANGE"])
    func `a reply that breaks off in the middle loses nothing`(command: String) throws {
        let scene = try FaultScene()
        for bytes in [0, 1, 3, 40] {
            let strikes = scene.proxy.strikes
            scene.proxy.fault = .cut(command: command, replyBytes: bytes)
            try scene.push(20)
            try scene.expectArrival()
            try eventually("the cut") { scene.proxy.strikes > strikes }
        }
        try scene.expectHealth()
    }

    @Test(arguments: ["MULTI", "LLEN", "EXEC"])
    func `a trimmed list is found again where the connection broke while it was looked for`(command: String) throws {
        let scene = try FaultScene()
        for round in 0..<4 {
            scene.proxy.fault = round % 2 == 0 ? .cut(command: command, replyBytes: 5) : .drop(command: command)
            try scene.push(10)
            try scene.expectArrival()
            try scene.redis.command("LTRIM", "notifications:user:42", "-5", "-1")
        }
        try scene.expectHealth()
        #expect(scene.proxy.strikes >= 3)
    }

    @Test(arguments: isTrial ? [100, 1000] : [100])
    func `slow replies delay everything, and lose nothing`(milliseconds: Int) throws {
        let scene = try FaultScene()
        scene.proxy.fault = .slow(.milliseconds(milliseconds))
        try scene.push(3)
        try scene.expectHeartbeats()
        try scene.expectArrival()
        try scene.push(3)
        try scene.expectArrival()
        scene.proxy.fault = .none
        try scene.expectHealth()
    }

    @Test func `a Redis that does not answer is waited for`() throws {
        let scene = try FaultScene()
        scene.proxy.fault = .stall
        try scene.awaitStrikes()
        try scene.push(3)
        try scene.expectHeartbeats(10)
        scene.proxy.fault = .none
        try scene.expectHealth()
    }

    @Test(arguments: [
        "LOADING Redis is loading the dataset in memory", "NOAUTH Authentication required.",
        "MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.",
    ])
    func `a Redis that refuses everything is a reason, and is asked less and less often`(refusal: String) throws {
        let scene = try FaultScene()
        scene.proxy.fault = .refuse(refusal)
        try scene.push(3)
        try scene.expectReason(String(refusal.prefix { $0 != " " }))
        try scene.expectHeartbeats(20)
        #expect(try scene.tickAge() < 3)
        #expect(scene.proxy.strikes < 20)
        scene.proxy.fault = .none
        try scene.expectHealth()
    }

    @Test(arguments: RedisFaultTests.writeRefusals)
    func `a Redis that refuses to be read goes on where it was once it does not`(refusal: String) throws {
        let scene = try FaultScene(["reconcile_interval_ms": 200])
        scene.proxy.fault = .refuse(refusal)
        try scene.push(3)
        try scene.expectHeartbeats(5)
        #expect(try scene.tickAge() < 1)
        scene.proxy.fault = .none
        try scene.expectHealth()
    }

    @Test func `a Redis that refuses everything is a reason, even where nobody watches`() throws {
        let server = try RedisServer()
        let proxy = try RedisProxy(server)
        proxy.fault = .refuse("LOADING Redis is loading the dataset in memory")
        let bridge = try FlagpoleProcess(["redis": ["url": proxy.url]], redis: server)
        func isSaid() throws -> Bool {
            try bridge.get("/readyz").json["reasons"]?["redis"]?.asString?.contains("LOADING") ?? false
        }
        try eventually("the reason", until: isSaid)
        for _ in 0..<5 {
            let strikes = proxy.strikes
            try eventually("another attempt") { proxy.strikes > strikes }
            #expect(try isSaid())
        }
        proxy.fault = .none
        try eventually("readiness") { try bridge.get("/readyz").status == 200 }
    }

    @Test(arguments: RedisFaultTests.writeRefusals)
    func `a Redis that only takes no writes is read all the same`(refusal: String) throws {
        let scene = try FaultScene(["reconcile_interval_ms": 200])
        scene.proxy.fault = .refuse(refusal, commands: ["EVAL"])
        for _ in 0..<3 {
            try scene.push(2)
            try scene.expectArrival()
        }
        try scene.expectHeartbeats()
        #expect(try scene.reason() == nil)
        scene.proxy.fault = .none
        try scene.expectHealth()
        try eventually("the lowered flag") {
            try scene.redis.command("EXISTS", "user:42:has_new_notification").integer == 0
        }
    }

    @Test(arguments: ["LOADING", "NOAUTH"])
    func `a Redis that refuses as a whole at a write is come back to`(code: String) throws {
        let scene = try FaultScene()
        scene.proxy.fault = .refuse("\(code) not now", commands: ["EVAL"])
        try scene.push(3)
        try scene.awaitStrikes(2)
        try scene.expectHeartbeats()
        scene.proxy.fault = .none
        try scene.expectHealth()
    }

    @Test func `lists that a loading Redis refuses are read as soon as it does not, however rare comparisons are`()
        throws
    {
        let scene = try FaultScene(["reconcile_interval_ms": 3_600_000])
        scene.proxy.fault = .refuse("LOADING Redis is loading the dataset in memory", commands: ["LRANGE"])
        try scene.push(3)
        try scene.awaitStrikes(2)
        try scene.expectReason("LOADING")
        scene.proxy.fault = .none
        try scene.expectHealth()
    }

    @Test func `a script that keeps Redis busy is a reason until it ends`() throws {
        let scene = try FaultScene()
        try scene.redis.command("CONFIG", "SET", "busy-reply-threshold", "50")
        let busy = try UnixSocket(connectingTo: scene.server.socketPath)
        #expect(busy.send(Array("EVAL 'while true do end' 0\r\n".utf8)))
        try scene.expectReason("BUSY")
        try scene.expectHeartbeats()
        try scene.redis.command("SCRIPT", "KILL")
        try eventually("the end of the script") { (try? scene.redis.command("PING"))?.string == "PONG" }
        try scene.expectHealth()
    }
}
