import HTTP
import Testing

@testable import HTTPServer

struct RouterTests {
    private let router: Router<String> = {
        var router = Router<String>()
        router.add(.get, "/", "root")
        router.add(.get, "/v1/stream", "stream")
        router.add(.get, "/events/", "events")
        router.add(.get, "/v1/feeds/{feed}/notifications", "history")
        router.add(.post, "/v1/feeds/{feed}/notifications", "publish")
        router.add(.delete, "/v1/feeds/{feed}/notifications/{id}", "delete")
        return router
    }()

    private func match(_ method: HTTPMethod, _ path: String) throws -> String {
        switch router.match(method, try #require(RequestTarget(path))) {
        case .found(let endpoint, let parameters): ([endpoint] + parameters).joined(separator: " ")
        case .methodNotAllowed(let allow): "allow " + allow.map(\.name).joined(separator: ",")
        case .notFound: "not found"
        }
    }

    @Test(arguments: [
        ("GET", "/", "root"), ("GET", "/?feed=user:42", "root"), ("GET", "/v1/stream", "stream"),
        ("GET", "/v1/stream?feed=a", "stream"), ("HEAD", "/v1/stream", "stream"),
        ("GET", "/v1/feeds/user:42/notifications", "history user:42"),
        ("HEAD", "/v1/feeds/user:42/notifications", "history user:42"),
        ("POST", "/v1/feeds/user:42/notifications", "publish user:42"),
        ("DELETE", "/v1/feeds/user:42/notifications/a%2Fb", "delete user:42 a/b"),
        ("GET", "/v1/feeds/a%7Cb/notifications", "history a|b"), ("GET", "/v1/feeds/a+b/notifications", "history a+b"),
        ("GET", "/events/", "events"), ("GET", "/events/?a", "events"), ("GET", "/v1/%73tream", "stream"),
        ("GET", "/v1/feeds/{feed}/notifications", "history {feed}"),
    ])
    func `a path finds its endpoint`(method: String, path: String, found: String) throws {
        #expect(try match(try #require(HTTPMethod(method)), path) == found)
    }

    @Test(arguments: [
        "/v1", "/v1/", "/v1/stream/", "/events", "/events//", "//v1/stream", "/v1//stream", "/V1/stream",
        "/v1%2Fstream",
        "/v1/feeds//notifications",
        "/v1/feeds/a/b/notifications", "/v1/feeds/notifications", "/v1/./stream", "/v1/x/../stream",
    ])
    func `another path is not found, whatever the method`(path: String) throws {
        for method in [HTTPMethod.get, .post, .head, .options, .delete] {
            #expect(try match(method, path) == "not found")
        }
    }

    @Test(arguments: [
        ("POST", "/v1/stream", "GET,HEAD,OPTIONS"), ("OPTIONS", "/v1/stream", "GET,HEAD,OPTIONS"),
        ("PUT", "/v1/feeds/a/notifications", "GET,HEAD,POST,OPTIONS"),
        ("GET", "/v1/feeds/a/notifications/1", "DELETE,OPTIONS"),
        ("HEAD", "/v1/feeds/a/notifications/1", "DELETE,OPTIONS"), ("get", "/v1/stream", "GET,HEAD,OPTIONS"),
    ])
    func `a path without this method names those that it has`(method: String, path: String, allow: String) throws {
        #expect(try match(try #require(HTTPMethod(method)), path) == "allow " + allow)
    }

    @Test(arguments: [
        ("/v1/stream", true), ("/v1/{any}", true), ("/{a}/{b}", true), ("/v1/feeds/a/notifications", true), ("/", true),
        ("/v1", false), ("/v2/stream", false), ("/v1/stream/more", false), ("/a/{b}", false),
    ])
    func `a pattern overlaps where one path could be meant by both`(pattern: String, overlaps: Bool) {
        #expect(router.overlaps(pattern) == overlaps)
        #expect(!router.overlaps(pattern, method: .put))
    }

    @Test func `the asterisk of OPTIONS is no path`() throws {
        #expect(try match(.options, "*") == "not found")
    }
}
