import Access
import Feeds
import Reactor
import Testing

@testable import Bridge

/// What Redis tells of tokens.
struct TokenStoreTests {
    /// Calls `body` with a store of tokens on its thread.
    private func withStore(_ body: (RedisServer, TokenStore) async throws -> Void) async throws {
        let redis = try RedisServer()
        let tokens = TokenStore(redis.endpoint, prefix: "", telemetry: .silent)
        let thread = NamedThread("test tokens") { tokens.executor.run() }
        defer {
            tokens.executor.stop()
            thread.join()
        }
        try await body(redis, tokens)
        await tokens.close()
    }

    @Test func `a token may be good for longer than can be told`() async throws {
        try await withStore { redis, tokens in
            let token = try #require(Token("AAAAAAAAAAAAAAAA"))
            try redis.command("SET", token.key, #"{"identity":"42"}"#, "PXAT", "\(Int64.max)")
            let grant = try #require(try await tokens.grant(of: token))
            #expect(grant.identity == Identity("42"))
            #expect(grant.expiresAt ?? .max > Int64.max - 1000)
            let question = TokenQuestion(token: token, asksRecord: false, digest: nil, asksLifetime: true)
            #expect(try await tokens.changes([question]).count == 1)
        }
    }

    @Test func `a token's end is told where there is one that can be told`() {
        #expect(TokenStore.end(after: 5, from: 100) == 105)
        #expect(TokenStore.end(after: .max, from: 100) == nil)
        #expect(TokenStore.end(after: -1, from: 100) == nil)
    }
}
