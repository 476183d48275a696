import JSON

/// A JSON Web Token taken apart (RFC 7519; the compact form of RFC 7515 §7.1), its claims not yet looked at.
///
/// Nothing in it may be believed before its signature was verified, so the claims are kept as they came.
struct JSONWebToken {
    static let maximumBytes = 8192

    /// What the signature signs: the first two parts and the dot between them.
    let signedBytes: [UInt8]
    let signature: [UInt8]
    private let encodedClaims: ArraySlice<UInt8>

    /// Takes a token apart, and refuses it unless it says of itself that it is signed with HS256.
    ///
    /// `typ` and references to keys (`kid`, `jwk`, `jku`, `x5u`) are ignored; extensions that must be understood,
    /// `crit`, are not (RFC 7515 §4.1.11).
    init(_ text: String) throws(AccessError) {
        let bytes = Array(text.utf8)
        guard bytes.count <= JSONWebToken.maximumBytes else {
            throw .refused("Make the token shorter: at most \(JSONWebToken.maximumBytes) bytes are read.")
        }
        let parts = bytes.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard parts.count == 3 else { throw .refused("Send a JSON Web Token: three parts with dots between them.") }
        guard let header = JSONWebToken.object(parts[0]) else {
            throw .refused("Send a JSON Web Token whose header is a JSON object in unpadded Base64URL.")
        }
        // Compared with its case, and before any key is tried: what a token says of itself never chooses the method.
        guard header["alg"] == .string("HS256") else { throw .refused("Sign the token with HS256.") }
        guard header["crit"] == nil else { throw .refused("Leave out the token's 'crit' header.") }
        guard let signature = Base64URL.decode(parts[2]) else {
            throw .refused("Send the token's signature in unpadded Base64URL.")
        }
        signedBytes = Array(bytes[..<parts[1].endIndex])
        self.signature = signature
        encodedClaims = parts[1]
    }

    /// The claims, to be asked for once the signature is verified.
    func claims() throws(AccessError) -> JSONObject {
        guard let claims = JSONWebToken.object(encodedClaims) else {
            throw .refused("Make the token's claims a JSON object in unpadded Base64URL.")
        }
        return claims
    }

    private static func object(_ part: ArraySlice<UInt8>) -> JSONObject? {
        Base64URL.decode(part).flatMap { try? JSONValue.parse($0) }?.asObject
    }
}
