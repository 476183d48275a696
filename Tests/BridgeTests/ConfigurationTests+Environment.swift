import Testing

@testable import Bridge

struct ConfigurationEnvironmentTests {
    @Test func `the environment counts more than its file, and that more than the configuration file`() throws {
        let configuration = try load(
            #"{"server": {"port": 1, "threads": 1, "retry_ms": 1}}"#,
            environmentFile: "FLAGPOLE_SERVER_PORT=2\nFLAGPOLE_SERVER_THREADS=2",
            environment: ["FLAGPOLE_SERVER_PORT": "3"])
        #expect(configuration.server.port == 3)
        #expect(configuration.server.threads == 2)
        #expect(configuration.server.retryMilliseconds == 1)
    }

    @Test func `every scalar and list has a name in the environment`() throws {
        let configuration = try load(
            "{}",
            environment: [
                "FLAGPOLE_DATA_DIR": "/srv", "FLAGPOLE_SERVER_HOSTS": "a, B.example,", "FLAGPOLE_LOG_FORMAT": "json",
                "FLAGPOLE_DATABASE_MODE": "0660", "FLAGPOLE_REDIS_URL": "unix:///r.sock", "FLAGPOLE_AUTH_MODE": "open",
                "FLAGPOLE_AUTH_TRUSTED_PROXIES": "127.0.0.1,::1", "FLAGPOLE_SERVER_MAX_STREAMS_PER_ADDRESS": "0",
            ])
        #expect(configuration.dataDirectory == "/srv")
        #expect(configuration.server.hosts == ["a", "b.example"])
        #expect(configuration.log.format == .json)
        #expect(configuration.database.mode == 0o660)
        #expect(configuration.redis.url == "unix:///r.sock")
    }

    @Test func `secrets stand in the environment only and are not printed; other programs' variables are none of ours`()
        throws
    {
        let (key, secret) = ("0123456789abcdef", "0123456789abcdef0123456789abcdef")
        let environment = ["FLAGPOLE_ADMIN_KEY": key, "FLAGPOLE_JWT_SECRET": secret, "PATH": "/bin", "SSE_OTHER": "1"]
        var expected = Configuration()
        (expected.auth.adminKeys, expected.auth.secret) = (key, secret)
        let configuration = try load("{}", environment: environment)
        #expect(configuration == expected)
        #expect(!String(decoding: configuration.encoded(), as: UTF8.self).contains(key))
    }

    @Test func `the older names count less than ours, wherever both stand`() throws {
        let configuration = try load(
            "{}", environmentFile: "FLAGPOLE_POLL_INTERVAL_MS=70",
            environment: ["SSE_POLL_INTERVAL": "0.25", "SSE_STREAM_DURATION": "90", "SSE_EVENTS": ""])
        #expect(configuration.poll.intervalMilliseconds == 70)
        #expect(configuration.server.maxStreamMilliseconds == 90_000)
        #expect(try load("{}", environment: ["SSE_POLL_INTERVAL": "0.25"]).poll.intervalMilliseconds == 250)
    }

    @Test(arguments: [
        (
            "FLAGPOLE_SERVER_PROT", "1",
            "unknown name FLAGPOLE_SERVER_PROT in the environment: did you mean FLAGPOLE_SERVER_PORT?"
        ),
        (
            "FLAGPOLE_PORT", "1", "unknown name FLAGPOLE_PORT in the environment: did you mean FLAGPOLE_SERVER_PORT?"
        ),
        (
            "FLAGPOLE_KINDS", "x",
            "unknown name FLAGPOLE_KINDS in the environment: `flagpole config` shows what can be set"
        ),
        (
            "FLAGPOLE_ADMIN_KEYS", "secret",
            "unknown name FLAGPOLE_ADMIN_KEYS in the environment: did you mean FLAGPOLE_ADMIN_KEY?"
        ),
        (
            "FLAGPOLE_SERVER_PORT", "8\n0",
            #"server.port as FLAGPOLE_SERVER_PORT in the environment is "8\n0": allowed is a whole number from 0 to 65535"#
        ),
        (
            "FLAGPOLE_AUTH_MODE", "jwt",
            #"auth.mode is "jwt", and FLAGPOLE_JWT_SECRET is missing in the environment"#
        ),
        (
            "SSE_POLL_INTERVAL", "soon",
            #"poll.interval_ms as SSE_POLL_INTERVAL in the environment is "soon": "#
                + "allowed is a whole number from 1 to 3600000"
        ),
        (
            "SSE_EVENTS", "orders",
            #"events as SSE_EVENTS in the environment is "orders": allowed is an object of names and keys, or in "#
                + "SSE_EVENTS name:key,name:key"
        ),
        (
            "SSE_EVENTS", "a:k,ping:x",
            "events.ping as SSE_EVENTS in the environment: an event has a name of 1 to 64 characters without control "
                + "characters, and none of the bridge's own: auth-expired, end, error, goodbye, live, message, open, "
                + "ping, read, removed, resync, unread, welcome"
        ),
    ])
    func `a variable that cannot be used stops the start`(name: String, text: String, line: String) throws {
        #expect(try failure(environment: [name: text]) == line)
    }

    @Test(arguments: [
        ("A=1", "1"), ("  export A=1  ", "1"), ("A=", ""), ("A=a b # c", "a b"), ("A=a#b", "a#b"),
        (#"A="a # b" # c"#, "a # b"), (#"A="a\"b\\c\n""#, #"a"b\c\n"#), (#"A='a\"b'"#, #"a\"b"#), ("A=a=b", "a=b"),
        ("A=1\r", "1"), ("A = 1", "1"), ("A  =\t'1 '", "1 "), ("A =", ""), ("A = # c", ""),
    ])
    func `a line of an environment file gives a value`(line: String, value: String) throws {
        let expected = [EnvironmentFile.Line(number: 3, name: "A", text: value)]
        #expect(try EnvironmentFile.parse(Array("# first\n\n\(line)\n".utf8), named: ".env") == expected)
    }

    @Test func `an application's own variables stand beside the bridge's`() throws {
        let file = """
            CI_ENVIRONMENT = development
            app.baseURL = 'http://localhost:8080/'   # where it is
            database.default.hostname = localhost
            SSE_EVENTS = order_paid:order_paid_flag
            """
        let lines = try EnvironmentFile.parse(Array(file.utf8), named: ".env")
        #expect(
            lines.map(\.name) == ["CI_ENVIRONMENT", "app.baseURL", "database.default.hostname", "SSE_EVENTS"])
        #expect(lines.map(\.text).suffix(1) == ["order_paid:order_paid_flag"] && lines[1].text.hasSuffix("8080/"))
    }

    @Test(arguments: ["A", "1A=1", ".A=1", "A B=1", "=1", #"A="a"#, "A='a' b", "export"])
    func `a line of an environment file that is none is named`(line: String) throws {
        #expect(
            try failure(environmentFile: "A=1\n\(line)")
                == ".env:2: allowed is NAME=VALUE, the value with or without quotes")
    }

    @Test func `an error about an environment file names the line`() throws {
        #expect(
            try failure(environmentFile: "\nFLAGPOLE_SERVER_THREADS=65")
                == "server.threads as FLAGPOLE_SERVER_THREADS in .env:2 is 65: allowed is a whole number from 1 to 64")
    }
}

struct SpellingTests {
    @Test(arguments: [
        ("", "", 0), ("abc", "abc", 0), ("abc", "abd", 1), ("abc", "ab", 1), ("abc", "acb", 1), ("", "abc", 3),
        ("kitten", "sitting", 3),
    ])
    func `a distance counts changes`(left: String, right: String, distance: Int) {
        #expect(Spelling.distance(left, right) == distance)
        #expect(Spelling.distance(right, left) == distance)
    }

    @Test func `what is too far away is not suggested`() {
        #expect(Spelling.nearest(to: "serve", among: ["push", "server"]) == "server")
        #expect(Spelling.nearest(to: "xyz", among: ["push", "server"]) == nil)
        #expect(Spelling.nearest(to: "a", among: []) == nil)
    }
}
