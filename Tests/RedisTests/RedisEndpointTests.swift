import Redis
import Testing

struct RedisEndpointTests {
    @Test(arguments: [
        ("redis://localhost", RedisEndpoint(.tcp(host: "localhost", port: 6379))),
        ("redis://localhost/", RedisEndpoint(.tcp(host: "localhost", port: 6379))),
        ("redis://cache-1.example:6380/2", RedisEndpoint(.tcp(host: "cache-1.example", port: 6380), database: 2)),
        ("redis://127.0.0.1:65535", RedisEndpoint(.tcp(host: "127.0.0.1", port: 65535))),
        ("redis://[::1]", RedisEndpoint(.tcp(host: "::1", port: 6379))),
        ("redis://[fe80::1%eth0]:7000/1", RedisEndpoint(.tcp(host: "fe80::1%eth0", port: 7000), database: 1)),
        ("redis://:s3cret@host", RedisEndpoint(.tcp(host: "host", port: 6379), password: "s3cret")),
        ("redis://:@host", RedisEndpoint(.tcp(host: "host", port: 6379))),
        (
            "redis://al%3Aice:p%40ss%2F%25w%C3%B6rd@host:1/0",
            RedisEndpoint(.tcp(host: "host", port: 1), user: "al:ice", password: "p@ss/%wörd")
        ),
        ("redis://u:a@b:c@host", RedisEndpoint(.tcp(host: "host", port: 6379), user: "u", password: "a@b:c")),
        ("unix:///run/redis.sock", RedisEndpoint(.unix(path: "/run/redis.sock"))),
        ("unix:///run/a%20b.sock?db=15", RedisEndpoint(.unix(path: "/run/a b.sock"), database: 15)),
        (
            "unix://u:p@/run/redis.sock?db=0",
            RedisEndpoint(.unix(path: "/run/redis.sock"), user: "u", password: "p")
        ),
        ("unix://:p@/run/at@home.sock", RedisEndpoint(.unix(path: "/run/at@home.sock"), password: "p")),
    ])
    func `an address is read`(url: String, endpoint: RedisEndpoint) throws {
        #expect(try RedisEndpoint(parsing: url) == endpoint)
    }

    @Test(arguments: [
        "", "host", "localhost:6379", "http://host", "redis:/host", "REDIS", "embedded",
        "rediss://host", "redis://", "redis:///2", "redis://:6379", "redis://ho st", "redis://host?db=1",
        "redis://host#1",
        "redis://host:", "redis://host:0", "redis://host:65536", "redis://host:+1", "redis://host:１",
        "redis://host:99999999999",
        "redis://::1", "redis://[::1", "redis://[]", "redis://[::1]6379", "redis://[::1/2]",
        "redis://host/x", "redis://host/-1", "redis://host/+1", "redis://host/1/2", "redis://host/99999999999",
        "redis://secret@host", "redis://user:@host", "redis://:%@host", "redis://:%4@host", "redis://:%+4@host",
        "redis://:%FF@host", "redis://:%00@host", "redis://:sec/ret@host",
        "unix://", "unix:///", "unix://run/redis.sock", "unix:run.sock", "unix:///r.sock?database=1",
        "unix:///r.sock?db=",
        "unix:///r.sock?db=1&db=2", "unix:///%00", "unix:///" + String(repeating: "p", count: 107),
    ])
    func `what is no address is refused with what is allowed and without the secret`(url: String) throws {
        let error = try #require(throws: RedisError.self) { try RedisEndpoint(parsing: url) }
        #expect(error.kind == "invalid_url")
        #expect(error.description.contains("redis://[user:password@]host[:port][/database]"))
        #expect(!error.description.contains("sec"))
    }

    @Test func `the longest path is allowed`() throws {
        let path = "/" + String(repeating: "p", count: 106)
        #expect(try RedisEndpoint(parsing: "unix://" + path).address == .unix(path: path))
    }

    @Test(arguments: [
        ("redis://user:secret@host", "redis://user:***@host:6379/0"),
        ("redis://:secret@[::1]:7/2", "redis://:***@[::1]:7/2"),
        ("redis://host", "redis://host:6379/0"),
        ("unix://user:secret@/run/r.sock?db=3", "unix://user:***@/run/r.sock?db=3"),
        ("unix:///run/r.sock", "unix:///run/r.sock"),
    ])
    func `a description blanks the password`(url: String, description: String) throws {
        let endpoint = try RedisEndpoint(parsing: url)
        #expect(String(describing: endpoint) == description)
        #expect(String(reflecting: endpoint) == description)
        #expect("\([endpoint])" == "[\(description)]")
    }
}
