/// A token that stands in Redis: 16 to 512 of ASCII letters, digits and `. _ ~ -`.
///
/// Its description does not tell it, so that it cannot get into a log by mistake.
package struct Token: Hashable, Sendable, CustomStringConvertible {
    /// The secret itself.
    package let text: String

    package init?(_ text: some StringProtocol) {
        guard 16...512 ~= text.utf8.count, text.utf8.allSatisfy(Token.isTokenByte) else { return nil }
        self.text = String(text)
    }

    private init(random bytes: [UInt8]) {
        text = Base64URL.encode(bytes)
    }

    /// A new token of 32 bytes from the system's random numbers.
    ///
    /// None begins with a hyphen: a command line would take it for an option.
    package static func make() -> Token {
        var random = SystemRandomNumberGenerator()
        var token: Token
        repeat {
            token = Token(random: (0..<32).map { _ in UInt8.random(in: .min ... .max, using: &random) })
        } while token.text.hasPrefix("-")
        return token
    }

    /// The Redis key that holds its record, without the prefix of all keys.
    package var key: String { "flagpole:token:\(text)" }

    package var description: String { "(a token)" }

    private static func isTokenByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~"),
            UInt8(ascii: "-"):
            true
        default:
            false
        }
    }
}
