import Redis
import Testing

struct RedisErrorTests {
    @Test(arguments: [
        ("WRONGTYPE Operation against a key", "WRONGTYPE", "Operation against a key"),
        ("LOADING Redis is loading", "LOADING", "Redis is loading"),
        ("ERR", "ERR", ""),
        ("EXECABORT ", "EXECABORT", ""),
        ("Error trying to", "ERR", "Error trying to"),
        ("", "ERR", ""),
    ])
    func `an error reply is split into code and message`(text: String, code: String, message: String) {
        let error = RedisServerError(text: text)
        #expect(error.code == code)
        #expect(error.message == message)
    }

    @Test func `a label is short, and one that a script invents is none of its own`() {
        #expect(RedisError.timedOut.kind == "timeout")
        #expect(RedisError.unreachable("x").kind == "unreachable")
        #expect(RedisError.server(RedisServerError(text: "OOM command not allowed")).kind == "oom")
        #expect(RedisError.server(RedisServerError(text: "ABCDEF from a script")).kind == "server")
    }
}
