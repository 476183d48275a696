/// Why a configuration cannot be used, in one line: what is wrong, where, and what is allowed.
package struct ConfigurationError: Error, Equatable, Sendable, CustomStringConvertible {
    package let description: String

    init(_ description: String) {
        self.description = description
    }
}
