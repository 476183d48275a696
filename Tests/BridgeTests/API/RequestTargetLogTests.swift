import HTTP
import Testing

@testable import Bridge

struct RequestTargetLogTests {
    @Test(arguments: [
        ("/", "/"), ("*", "*"), ("/healthz", "/healthz"), ("/v1/stream?feed=user:42", "/v1/stream?feed=user:42"),
        ("/v1/stream?feed=user:42&token=secret&since=now", "/v1/stream?feed=user:42&token=…&since=now"),
        ("/v1/stream?token=secret&token=second&x", "/v1/stream?token=…&token=…&x"),
        ("/v1/stream?%74ok%65n=secret", "/v1/stream?%74ok%65n=…"), ("/?&token=secret&", "/?&token=…&"),
        ("/?tokens=3&a=token=4", "/?tokens=…&a=…"), ("/sse?token=a%26b", "/sse?token=…"), ("/sse?", "/sse"),
        ("/v1/tokens/secret", "/v1/tokens/…"), ("/v1/%74okens/secret?a=b", "/v1/%74okens/…?a=…"),
        ("/v1/tokens", "/v1/tokens"), ("/v1/tokens/", "/v1/tokens/"), ("/v1/tokens?token=secret", "/v1/tokens?token=…"),
        // What somebody mistyped.
        ("/v1/Tokens/secret", "/v1/Tokens/…"), ("//v1//TOKENS//secret/x", "//v1//TOKENS/…"),
        ("/tokens/secret", "/tokens/…"), ("/v1/token/secret", "/v1/token/…"),
        ("/v1/tokens%2Fsecret", "/v1/…"), ("/v1%2Ftokens%2Fsecret", "/…"), ("/v1%2Ftokens/secret", "/…"),
        ("/v1/stream?a=b;token=secret", "/v1/stream?a=…;token=…"), ("/?Token=secret;;&x", "/?Token=…;;&x"),
        ("/v1/tokenssecret", "/v1/…"), ("/v1/tokens;secret", "/v1/…"), ("/v1tokens/secret", "/…"),
        ("/v1/stream&token=secret", "/v1/…"), ("/v1/stream%3Ftoken=secret", "/v1/…"),
        ("/v1/stream?feed=user:1?token=secret", "/v1/stream?feed=…"), ("/?feed=user:1%3fa=secret", "/?feed=…"),
        ("/?feed=user:1%26token=secret&limit=5", "/?feed=…&limit=5"),
        ("/?tokn=secret&access_token=", "/?tokn=…&access_token=…"),
        ("/?secret-of-16-byte&secret-of-16-byte=", "/?…&…=…"),
        ("/?where=a%3D1&since=1-2;limit=%FF", "/?where=a%3D1&since=1-2;limit=…"),
        ("/v1/feeds/user:42/notifications", "/v1/feeds/user:42/notifications"),
    ])
    func `the log shows a target without its tokens`(raw: String, shown: String) throws {
        #expect(try #require(RequestTarget(raw)).withoutTokens == shown)
    }
}
