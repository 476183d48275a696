import JSON

/// The JSON that stands under a token's key, `{"feeds":["user:42","job:*"],"identity":"42"}`.
///
/// Applications write it too; members that are not known are ignored.
package enum TokenRecord {
    /// Of a longer one nothing is believed.
    package static let maximumBytes = 65536

    /// The grant that a record gives.
    ///
    /// - Parameters:
    ///   - record: The key's value.
    ///   - expiresAt: When the key expires, in milliseconds since the Unix epoch.
    /// - Returns: What the token's bearer may read.
    /// - Throws: `refused`, with a sentence for the log.
    package static func grant(_ record: [UInt8], expiresAt: Int64?) throws(AccessError) -> Grant {
        guard record.count <= maximumBytes else {
            throw .refused("Make the token's record shorter: at most \(maximumBytes) bytes are read.")
        }
        guard let object = (try? JSONValue.parse(record))?.asObject else {
            throw .refused(
                "Make the token's record a JSON object, such as {\"feeds\":[\"user:42\"],\"identity\":\"42\"}.")
        }
        return try Grant(object, identityMember: "identity", expiresAt: expiresAt)
    }

    /// The record that gives this grant, its expiry left to the key's.
    package static func encode(_ grant: Grant) -> [UInt8] {
        var record = JSONObject()
        record["feeds"] = .array(grant.patterns.map(\.description).sorted().map { .string($0) })
        record["identity"] = grant.identity.map { .string($0.description) }
        return JSONValue.object(record).encoded()
    }
}
