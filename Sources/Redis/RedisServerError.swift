/// An error reply, split into the code it begins with and the rest.
package struct RedisServerError: Equatable, Sendable {
    /// A word in capitals, such as `WRONGTYPE`, `LOADING`, `READONLY` or `OOM`; `ERR` where the server gave none.
    package let code: String
    /// The server's words after the code.
    package let message: String

    /// Splits the text of an error reply, given without its leading `-`.
    package init(text: String) {
        let word = text.utf8.prefix { $0 != UInt8(ascii: " ") }
        let isCode = !word.isEmpty && word.allSatisfy { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) }
        code = isCode ? String(Substring(word)) : "ERR"
        message = isCode ? String(text.utf8.dropFirst(word.count + 1)) ?? "" : text
    }

    /// Whether the code is one of Redis's own; scripts and modules can invent others without end.
    var isWellKnown: Bool {
        switch code {
        case "BUSY", "CLUSTERDOWN", "ERR", "EXECABORT", "LOADING", "MASTERDOWN", "MISCONF", "MOVED", "NOAUTH", "NOPERM",
            "NOREPLICAS", "NOSCRIPT", "OOM", "READONLY", "WRONGPASS", "WRONGTYPE":
            true
        default: false
        }
    }

    /// Whether Redis as a whole refuses for now, and not only one command or one key.
    package var isOfWholeServer: Bool { ["LOADING", "BUSY", "MASTERDOWN", "NOAUTH"].contains(code) }
}

extension RedisServerError: CustomStringConvertible {
    package var description: String { "\(code) \(message)" }
}
