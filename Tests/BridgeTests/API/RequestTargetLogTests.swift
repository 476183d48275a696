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
        ("/v1/tokens/secret", "/v1/tokens/…"), ("/v1/%74okens/secret?a=b", "/v1/%74okens/…?a=b"),
        ("/v1/tokens", "/v1/tokens"), ("/v1/tokens/", "/v1/tokens/"), ("/v1/tokens?token=secret", "/v1/tokens?token=…"),
        // What somebody mistyped.
        ("/v1/Tokens/secret", "/v1/Tokens/…"), ("//v1//TOKENS//secret/x", "//v1//TOKENS/…"),
        ("/tokens/secret", "/tokens/…"), ("/v1/token/secret", "/v1/token/…"),
        ("/v1/tokens%2Fsecret", "/v1/…"), ("/v1%2Ftokens%2Fsecret", "/…"), ("/v1%2Ftokens/secret", "/…"),
        ("/v1/stream?a=b;token=secret", "/v1/stream?a=b;token=…"), ("/?Token=secret;;&x", "/?Token=…;;&x"),
        ("/v1/feeds/user:42/notifications", "/v1/feeds/user:42/notifications"),
    ])
    func `the log shows a target without its tokens`(raw: String, shown: String) throws {
        #expect(try #require(RequestTarget(raw)).withoutTokens == shown)
    }
}
