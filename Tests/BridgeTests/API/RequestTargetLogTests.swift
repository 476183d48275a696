import HTTP
import Testing

@testable import Bridge

struct RequestTargetLogTests {
    @Test(arguments: [
        ("/", "/"), ("*", "*"), ("/healthz", "/healthz"), ("/v1/stream?feed=user:42", "/v1/stream?feed=user:42"),
        ("/v1/stream?feed=user:42&token=secret&since=now", "/v1/stream?feed=user:42&token=…&since=now"),
        ("/v1/stream?token=secret&token=second&x", "/v1/stream?token=…&token=…&x"),
        ("/v1/stream?%74ok%65n=secret", "/v1/stream?%74ok%65n=…"), ("/?&token=secret&", "/?&token=…&"),
        ("/?tokens=3&a=token=4", "/?tokens=3&a=token=4"), ("/sse?token=a%26b", "/sse?token=…"), ("/sse?", "/sse"),
        ("/v1/tokens/secret", "/v1/tokens/…"), ("/v1/%74okens/secret?a=b", "/v1/tokens/…?a=b"),
        ("/v1/tokens", "/v1/tokens"),
    ])
    func `the log shows a target without its tokens`(raw: String, shown: String) throws {
        #expect(try #require(RequestTarget(raw)).withoutTokens == shown)
    }
}
