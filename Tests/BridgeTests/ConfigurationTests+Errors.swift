import Testing

@testable import Bridge

/// Every way to write a file that cannot be used, and the line that says so.
struct ConfigurationErrorTests {
    @Test(arguments: [
        // What is no JSON, and what is no object.
        ("{\n  \"server\": {\"port\" 8080}\n}", "config.json:2:21: unexpected byte"),
        ("{\n  \"redis\": ", "config.json:2:12: unexpected end"),
        ("[]", "config.json must be a JSON object"),
        (#"{"server": 1}"#, "server in config.json is 1: allowed is an object"),

        // Unknown keys.
        (
            #"{"poll": {"intervall_ms": 5}}"#,
            "unknown key poll.intervall_ms in config.json: did you mean poll.interval_ms?"
        ),
        (#"{"sever": {}}"#, "unknown key sever in config.json: did you mean server?"),
        (#"{"ping_ms": 5}"#, "unknown key ping_ms in config.json: did you mean server.ping_ms?"),
        (
            #"{"server.port": 1}"#,
            #"unknown key "server.port" in config.json: did you mean server.port?"#
        ),
        (#"{"log": {"colour\n": 1}}"#, #"unknown key log."colour\n" in config.json: known are level, format"#),

        // Values of another type, or out of the range.
        (
            #"{"server": {"port": "80"}}"#,
            #"server.port in config.json is "80": allowed is a whole number from 0 to 65535"#
        ),
        (
            #"{"server": {"port": 80.5}}"#,
            "server.port in config.json is 80.5: allowed is a whole number from 0 to 65535"
        ),
        (
            #"{"server": {"host": "example.com"}}"#,
            #"server.host in config.json is "example.com": allowed is an IPv4 or IPv6 address, "localhost" or "unix:///path/of/a.sock", the path of at most 107 bytes without control characters"#
        ),
        (
            #"{"server": {"hosts": ["a:80"]}}"#,
            #"server.hosts in config.json is ["a:80"]: allowed is a list of host names without ports"#
        ),
        (
            #"{"server": {"hosts": "a"}}"#,
            #"server.hosts in config.json is "a": allowed is a list of host names without ports"#
        ),
        (#"{"data_dir": ""}"#, #"data_dir in config.json is "": allowed is the path of a file or directory"#),
        (
            #"{"database": {"path": ":memory:"}}"#,
            #"database.path in config.json is ":memory:": allowed is the path of a file or directory"#
        ),
        (
            #"{"database": {"synchronous": "off"}}"#,
            #"database.synchronous in config.json is "off": allowed is "normal", "full""#
        ),
        (
            #"{"database": {"mode": "0400"}}"#,
            #"database.mode in config.json is "0400": allowed is an octal mode in quotes from "0600" to "0777", "#
                + "its owner may read and write"
        ),
        (
            #"{"log": {"level": "loud"}}"#,
            #"log.level in config.json is "loud": allowed is "debug", "info", "warning", "error""#
        ),
        (
            #"{"redis": {"prefix": "a\u0000"}}"#,
            #"redis.prefix in config.json is "a\u0000": allowed is text without control characters of at most 256 bytes"#
        ),

        // Kinds.
        (#"{"kinds": []}"#, "kinds in config.json is []: allowed is an object"),
        (#"{"kinds": {"job": 1}}"#, "kinds.job in config.json is 1: allowed is an object"),
        (
            #"{"kinds": {"Job": {}}}"#,
            "kinds.Job in config.json: a kind is named by a-z, 0-9, _ and -, a letter first, at most 32 of them"
        ),
        (
            #"{"kinds": {"job": {"list": "a:{id}"}}}"#,
            "kinds.job.flag is missing in config.json: a kind with the source \"flag+list\" needs it"
        ),
        (
            #"{"kinds": {"job": {"list": "{id}", "flag": "b:{id}"}}}"#,
            #"kinds.job.list in config.json is "{id}": allowed is a key with {id} in it once and text before it, "#
                + #"which does not begin with "flagpole:""#
        ),
        (
            #"{"kinds": {"job": {"list": "a:{id}", "flag": "flagpole:{id}"}}}"#,
            #"kinds.job.flag in config.json is "flagpole:{id}": allowed is a key with {id} in it once and text "#
                + #"before it, which does not begin with "flagpole:""#
        ),
        (
            #"{"kinds": {"user": {"sorted": true}}}"#,
            "unknown key kinds.user.sorted in config.json: known are source, list, flag, inbox, mark_read, "
                + "ttl_seconds, poll_interval_ms, keep, presence, coalesce, end_when, where, max_per_second, over_limit, batch, "
                + "ephemeral"
        ),
        (
            #"{"kinds": {"user": {"inbox": 1}}}"#,
            "kinds.user.inbox in config.json is 1: allowed is true or false"
        ),
        (
            #"{"kinds": {"user": {"poll_interval_ms": null}}}"#,
            "kinds.user.poll_interval_ms in config.json is null: allowed is a whole number from 20 to 3600000"
        ),
        (
            #"{"kinds": {"user": {"poll_interval_ms": 19}}}"#,
            "kinds.user.poll_interval_ms in config.json is 19: allowed is a whole number from 20 to 3600000"
        ),

        // Rules of kinds.
        (
            #"{"kinds": {"user": {"max_per_second": 0}}}"#,
            "kinds.user.max_per_second in config.json is 0: allowed is a whole number from 1 to 1000"
        ),
        (
            #"{"kinds": {"user": {"max_per_second": 1, "over_limit": "wait"}}}"#,
            #"kinds.user.over_limit in config.json is "wait": allowed is "drop", "latest""#
        ),
        (
            #"{"kinds": {"user": {"over_limit": "drop"}}}"#,
            "kinds.user.over_limit in config.json: it is for a kind with max_per_second"
        ),
        (
            #"{"kinds": {"user": {"batch": 10}}}"#,
            #"kinds.user.batch in config.json is 10: allowed is an object such as {"max_count": 10, "#
                + #""max_delay_ms": 5000}"#
        ),
        (
            #"{"kinds": {"user": {"batch": {"max_count": 1001}}}}"#,
            "kinds.user.batch.max_count in config.json is 1001: allowed is a whole number from 1 to 1000"
        ),
        (
            #"{"kinds": {"user": {"batch": {"max_delay_ms": 9}}}}"#,
            "kinds.user.batch.max_delay_ms in config.json is 9: allowed is a whole number from 10 to 600000"
        ),
        (
            #"{"kinds": {"user": {"batch": {"event": "live"}}}}"#,
            #"kinds.user.batch.event in config.json is "live": allowed is a name of 1 to 64 characters without control "#
                + "characters, and none of the bridge's own events"
        ),
        (
            #"{"kinds": {"user": {"batch": {"count": 5}}}}"#,
            "unknown key kinds.user.batch.count in config.json: known are max_count, max_delay_ms, event"
        ),
        (
            #"{"kinds": {"user": {"ephemeral": true}}}"#,
            "kinds.user.inbox in config.json is true: it is about what is stored, and nothing is of a kind with "
                + #""ephemeral": true"#
        ),
        (
            #"{"kinds": {"t": {"source": "value", "list": "t:{id}", "ephemeral": true}}}"#,
            #"kinds.t.source in config.json is "value": a kind with "ephemeral": true is fed by "flag+list" or "list""#
        ),
        (
            #"{"kinds": {"t": {"list": "t:{id}", "flag": "f:{id}", "ephemeral": true, "keep": 1}}}"#,
            "kinds.t.keep in config.json is 1: it is about what is stored, and nothing is of a kind with "
                + #""ephemeral": true"#
        ),

        // What this version does not know yet.
        (
            #"{"auth": {"mode": "basic"}}"#,
            #"auth.mode in config.json is "basic": allowed is "open", "token", "jwt", "proxy""#
        ),
        (
            #"{"server": {"admin": "0.0.0.0:9090"}}"#,
            #"server.admin in config.json is "0.0.0.0:9090": allowed is null, or a loopback address with a port such "#
                + #"as "127.0.0.1:9090""#
        ),
        (
            #"{"cors": {"origins": ["https://a.example/"]}}"#,
            #"cors.origins in config.json is ["https://a.example/"]: allowed is a list of origins such as "#
                + #""https://app.example", none of them "*""#
        ),
        (
            #"{"auth": {"proxy_header": "X Y"}}"#,
            #"auth.proxy_header in config.json is "X Y": allowed is the name of a header: letters, digits and "#
                + "!#$%&'*+-.^_`|~"
        ),

        // Settings that do not go together.
        (
            #"{"server": {"host": "0.0.0.0"}}"#,
            #"server.host is 0.0.0.0, and auth.mode is "open": without authentication only a loopback address is "#
                + "served, such as 127.0.0.1"
        ),
        (
            #"{"server": {"port": 9090, "admin": "127.0.0.1:9090"}}"#,
            "server.port and server.admin are both port 9090: give one of them another"
        ),
        (
            #"{"server": {"admin": "127.0.0.1:9090"}, "redis": {"port": 9090}}"#,
            "server.admin and redis.port are both port 9090: give one of them another"
        ),
        (
            #"{"redis": {"url": "redis://127.0.0.1", "port": 7000}}"#,
            "redis.port is 7000: it is for the embedded Redis only, redis.url names another"
        ),
        (
            #"{"kinds": {"job": {"list": "notifications:user:j-{id}", "flag": "b:{id}"}}}"#,
            "kinds.job.list is notifications:user:j-{id} and kinds.user.list is notifications:user:{id}: "
                + "two feeds could have the same key, so give one of them another beginning"
        ),
    ])
    func `says in one line what is wrong`(file: String, line: String) throws {
        #expect(try failure(file) == line)
        #expect(!line.contains("\n"))
    }

    @Test func `an address of Redis that is refused is not repeated, since it may hold a password`() throws {
        let line = try #require(try failure(#"{"redis": {"url": "redis://:s3cret@host:99999"}}"#))
        #expect(line.hasPrefix(#"redis.url in config.json: neither "embedded" nor an address: the port is a number"#))
        #expect(!line.contains("s3cret"))
    }

    @Test(arguments: [
        ("127.0.0.1", "127.0.0.1", false), ("localhost", "127.0.0.1", false), ("localhost", "[::1]", false),
        ("::", "127.0.0.1", false), ("0.0.0.0", "localhost", false), ("0.0.0.0", "[::1]", true),
        ("127.0.0.1", "127.0.0.2", true), ("127.0.0.1", "[::1]", true), ("192.0.2.1", "127.0.0.1", true),
        ("unix:///tmp/a.sock", "127.0.0.1", true),
    ])
    func `a port may be used twice where the addresses differ`(host: String, admin: String, isAllowed: Bool) throws {
        let file = #"{"server":{"host":"\#(host)","port":9090,"admin":"\#(admin):9090"},"auth":{"mode":"proxy"}}"#
        #expect((try failure(file) == nil) == isAllowed)
    }

    @Test func `the kernel's choice takes no port from anyone`() throws {
        #expect(try failure(#"{"server": {"port": 0, "admin": "127.0.0.1:9090"}}"#) == nil)
        #expect(try failure(#"{"server": {"port": 0}, "redis": {"port": 0}}"#) == nil)
    }

    @Test func `a path that no socket can have is refused, and told on one line`() throws {
        for path in ["/a\\nb", "/" + String(repeating: "s", count: 107), "/dir/", "a.sock"] {
            let line = try failure(#"{"server": {"host": "unix://\#(path)"}}"#)
            #expect(line?.contains("the path of at most 107 bytes") == true && line?.contains("\n") == false, "\(path)")
        }
        #expect(try failure(#"{"server": {"host": "unix:///\#(String(repeating: "s", count: 106))"}}"#) == nil)
    }

    @Test func `a data directory too long for a socket is refused only for the embedded Redis`() throws {
        let directory = "/" + String(repeating: "d", count: 96)
        #expect(try failure(#"{"data_dir": "\#(directory)"}"#)?.hasPrefix("data_dir is too long: ") == true)
        #expect(try failure(#"{"data_dir": "\#(directory)", "redis": {"url": "redis://h"}}"#) == nil)
    }

    @Test(arguments: [
        ("server", "port", 0...65_535), ("server", "threads", 1...64), ("server", "max_streams", 0...10_000_000),
        ("server", "max_streams_per_feed", 0...10_000_000), ("server", "max_body_bytes", 1...1_073_741_824),
        ("server", "retry_ms", 1...3_600_000), ("server", "ping_ms", 10...3_600_000),
        ("server", "max_stream_ms", 0...604_800_000), ("server", "backlog_limit", 1...10_000),
        ("server", "max_pending_bytes", 1024...1_073_741_824), ("server", "stalled_stream_ms", 100...86_400_000),
        ("server", "max_waiting_connections", 16...1_000_000),
        ("server", "max_buffered_request_bytes", 65_536...17_179_869_184),
        ("server", "drain_ms", 0...600_000), ("redis", "port", 0...65_535), ("database", "retention_days", 0...36_500),
        ("poll", "interval_ms", 1...3_600_000), ("poll", "active_interval_ms", 1...3_600_000),
        ("poll", "reconcile_interval_ms", 100...86_400_000), ("poll", "sweep_interval_ms", 100...604_800_000),
        ("poll", "max_notification_bytes", 64...16_777_216),
    ])
    func `a number may be the first and the last of its range, and nothing beyond`(
        section: String, key: String, range: ClosedRange<Int>
    ) throws {
        func failing(_ value: Int) throws -> String? { try failure(#"{"\#(section)": {"\#(key)": \#(value)}}"#) }
        #expect(try failing(range.lowerBound) == nil)
        #expect(try failing(range.upperBound) == nil)
        for value in [range.lowerBound - 1, range.upperBound + 1] {
            #expect(
                try failing(value) == "\(section).\(key) in config.json is \(value): "
                    + "allowed is a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
    }
}
