/// A request's method: any token, compared with its case (RFC 9110 §9.1).
package struct HTTPMethod: Hashable, Sendable {
    package let name: String

    /// A method of that name, or nil where the name is not a token.
    package init?(_ name: String) {
        guard !name.isEmpty, name.utf8.allSatisfy(\.isTokenByte) else { return nil }
        self.name = name
    }

    init(token: String) {
        name = token
    }

    package static let get = HTTPMethod(token: "GET")
    package static let head = HTTPMethod(token: "HEAD")
    package static let post = HTTPMethod(token: "POST")
    package static let put = HTTPMethod(token: "PUT")
    package static let delete = HTTPMethod(token: "DELETE")
    package static let options = HTTPMethod(token: "OPTIONS")
    package static let patch = HTTPMethod(token: "PATCH")
}
