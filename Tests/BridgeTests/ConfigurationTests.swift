import Feeds
import Foundation
import JSON
import Redis
import Testing

@testable import Bridge

struct ConfigurationTests {
    @Test func `an empty file leaves every default`() throws {
        #expect(try load("{}") == Configuration())
    }

    @Test func `the defaults are those that are documented`() throws {
        let documented = try JSONValue.parse(Array(documentedDefaults.utf8))
        #expect(try JSONValue.parse(Configuration().encoded()) == documented)
    }

    @Test func `the documented defaults can be read back`() throws {
        #expect(try load(documentedDefaults).encoded() == Configuration().encoded())
    }

    @Test func `what is printed reads back as the same configuration`() throws {
        let configuration = try load(
            """
            {"server": {"port": 0, "hosts": ["Flagpole.Example"]}, "redis": {"url": "redis://127.0.0.1:6380/2"},
             "data_dir": "/var/lib/flagpole", "database": {"mode": "0640", "synchronous": "full"},
             "kinds": {"job": {"list": "j:{id}", "flag": "f:{id}", "poll_interval_ms": 20, "max_per_second": 5,
                               "over_limit": "drop", "batch": {"max_count": 3}}, "user": {"inbox": false},
                       "typing": {"source": "list", "list": "t:{id}", "ephemeral": true}}}
            """)
        #expect(
            configuration.kinds[1].batch?.maxCount == 3 && configuration.kinds[1].batch?.maxDelayMilliseconds == 5000)
        #expect(configuration.server.hosts == ["flagpole.example"])
        #expect(configuration.database.mode == 0o640)
        let printed = String(decoding: configuration.encoded(), as: UTF8.self)
        #expect(try load(printed).encoded() == configuration.encoded())
    }

    @Test func `the shipped configuration is valid and declares jobs`() throws {
        let root = URL(fileURLWithPath: #filePath)
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        let path = root.appendingPathComponent("config.json").path
        let configuration = try Configuration.load(path: path, environmentFile: nil, environment: [:])
        #expect(configuration.kinds.map(\.name) == ["user", "job"])
        #expect(configuration.kinds[0] == Configuration().kinds[0])
        #expect(configuration.kinds[1].pollIntervalMilliseconds == 100)
    }

    @Test func `a declared kind joins the built-in one`() throws {
        let configuration = try load(#"{"kinds": {"job": {"list": "job:{id}:l", "flag": "job:{id}:f"}}}"#)
        #expect(configuration.kinds.map(\.name) == ["user", "job"])
        let feed = try #require(FeedName("job:7"))
        #expect(configuration.kind(of: feed)?.list?.key(for: feed.id) == "job:7:l")
        #expect(configuration.kind(of: try #require(FeedName("chat:7"))) == nil)
    }

    @Test func `the built-in kind can be changed in part`() throws {
        let user = try load(#"{"kinds": {"user": {"inbox": false, "ttl_seconds": 0}}}"#).kinds[0]
        #expect(!user.isInbox)
        #expect(user.timeToLiveSeconds == 0)
        #expect(user.list?.description == "notifications:user:{id}")
    }

    @Test func `the database lies in the data directory unless it is told otherwise`() throws {
        #expect(try load(#"{"data_dir": "/srv/f"}"#).databasePath == "/srv/f/flagpole.sqlite3")
        #expect(
            try load(#"{"database": {"path": "data/flagpole.sqlite3"}, "data_dir": "/srv/f"}"#).databasePath
                == "data/flagpole.sqlite3")
    }

    @Test func `the password of Redis is not printed`() throws {
        let configuration = try load(#"{"redis": {"url": "redis://app:s3cret@127.0.0.1:6379/0"}}"#)
        let printed = String(decoding: configuration.encoded(), as: UTF8.self)
        #expect(!printed.contains("s3cret"))
        #expect(printed.contains("redis://app:***@127.0.0.1:6379/0"))
    }

    @Test func `the embedded Redis is reached by a socket in the data directory`() throws {
        #expect(try load(#"{"data_dir": "d"}"#).redisEndpoint.description == "unix://d/redis.sock")
        let other = try load(#"{"redis": {"url": "redis://127.0.0.1/3"}}"#)
        #expect(!other.redis.isEmbedded)
        #expect(try other.redisEndpoint.description == "redis://127.0.0.1:6379/3")
    }

    @Test func `the password of the embedded Redis comes from its file, when it listens on TCP`() throws {
        let directory = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        var configuration = Configuration()
        configuration.dataDirectory = directory.path
        configuration.redis.port = 7000
        #expect(throws: RedisError.self) { try configuration.redisEndpoint }
        try Data("s3cret\n".utf8).write(to: URL(fileURLWithPath: configuration.embeddedRedisPasswordFile))
        #expect(try configuration.redisEndpoint.password == "s3cret")
        configuration.redis.port = 0
        #expect(try configuration.redisEndpoint.password == nil)
    }

    @Test func `a missing default file is no error, and a missing named one is`() throws {
        let path = "/nonexistent/flagpole.json"
        #expect(throws: ConfigurationError("\(path) cannot be read: No such file or directory")) {
            try Configuration.load(path: path, environmentFile: nil, environment: [:])
        }
    }
}

private let documentedDefaults = """
    {
      "server": {
        "host": "127.0.0.1", "port": 8080, "threads": 1, "hosts": [], "admin": null, "max_streams": 100000,
        "max_streams_per_feed": 0, "max_streams_per_address": 0, "max_streams_per_identity": 0,
        "max_feeds_per_stream": 100, "requests_per_second_per_address": 0, "requests_per_second_per_key": 0,
        "max_request_line_bytes": 8192, "max_header_bytes": 16384, "max_body_bytes": 1048576,
        "max_waiting_connections": 4096, "max_buffered_request_bytes": 67108864,
        "head_timeout_ms": 10000, "body_timeout_ms": 30000, "idle_timeout_ms": 60000, "retry_ms": 3000, "ping_ms": 15000, "max_stream_ms": 0, "backlog_limit": 100,
        "max_pending_bytes": 262144, "stalled_stream_ms": 60000, "drain_ms": 5000
      },
      "redis": { "url": "embedded", "port": 0, "prefix": "" },
      "data_dir": "data",
      "database": {
        "path": "data/flagpole.sqlite3", "synchronous": "normal", "retention_days": 30, "mode": "0600"
      },
      "poll": {
        "interval_ms": 1000, "active_interval_ms": 100, "reconcile_interval_ms": 30000, "sweep_interval_ms": 600000,
        "max_notification_bytes": 65536
      },
      "auth": {
        "mode": "open", "cookie": "flagpole_token", "proxy_header": "X-Forwarded-User",
        "trusted_proxies": ["127.0.0.1", "::1"]
      },
      "cors": { "origins": [] },
      "kinds": {
        "user": {
          "list": "notifications:user:{id}", "flag": "user:{id}:has_new_notification", "inbox": true,
          "ttl_seconds": 604800
        }
      },
      "events": {}, "routes": {}, "generators": {},
      "log": { "level": "info", "format": "text" }
    }
    """
