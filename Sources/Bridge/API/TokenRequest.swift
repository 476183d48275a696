import Access
import JSON

/// What `POST /v1/tokens` asks for: `{"feeds":["user:42","job:*"],"identity":"42","ttl_seconds":300}`.
enum TokenRequest {
    static let lifetimes = 1...31_536_000
    static let defaultLifetime = 3600

    /// What the token shall grant, and for how many seconds.
    static func read(_ body: [UInt8]) throws(Problem) -> (grant: Grant, seconds: Int) {
        guard let object = (try? JSONValue.parse(body))?.asObject else {
            throw Problem(.badRequest, "The body is not a JSON object.")
        }
        let lifetime = object["ttl_seconds"].map { $0.asInt ?? 0 } ?? defaultLifetime
        guard lifetimes.contains(lifetime) else {
            throw Problem(.badRequest, "ttl_seconds is a whole number from 1 to \(lifetimes.upperBound).")
        }
        do throws(AccessError) {
            let grant = try Grant(object, identityMember: "identity", expiresAt: nil)
            // What could not be read back is not given out.
            return (try TokenRecord.grant(TokenRecord.encode(grant), expiresAt: nil), lifetime)
        } catch {
            throw Problem(.badRequest, error.advice)
        }
    }
}
