import Glibc
import Synchronization

/// Standard output or standard error.
struct Terminal: Sendable {
    enum Style: String {
        case bold = "1"
        case dim = "2"
        case red = "31"
    }

    static let output = Terminal(descriptor: STDOUT_FILENO)
    static let error = Terminal(descriptor: STDERR_FILENO)

    /// Whether a person reads it.
    let isInteractive: Bool
    private let descriptor: Int32
    private let hasColours: Bool

    private init(descriptor: Int32) {
        self.descriptor = descriptor
        isInteractive = isatty(descriptor) == 1
        // Any value that is not empty forbids colours (no-color.org).
        hasColours = isInteractive && getenv("NO_COLOR").map { $0.pointee == 0 } ?? true
    }

    /// The text as it is shown in colour, or unchanged where there shall be none.
    func styled(_ style: Style, _ text: String) -> String {
        hasColours ? "\u{1B}[\(style.rawValue)m\(text)\u{1B}[0m" : text
    }

    /// The first error that kept the output from being written; 0 where there was none.
    private static let outputError = Atomic<Int32>(0)

    /// Whether nobody reads the output any more, or it cannot be written.
    static var outputIsLost: Bool { outputError.load(ordering: .relaxed) != 0 }

    /// What the program's exit status is, given that of its command: 1 where the output could not be written.
    ///
    /// That nobody wanted to read all of it is no failure.
    static func exitStatus(_ status: Int32) -> Int32 {
        let error = outputError.load(ordering: .relaxed)
        return status == 0 && error != 0 && error != EPIPE ? 1 : status
    }

    /// Writes at once; what cannot be written is passed over, so that a command finishes what it has begun.
    func write(_ text: some StringProtocol) { write(Array(text.utf8)) }

    /// Writes a line about what goes on, as distinct from what was asked for.
    func note(_ text: String) { write(styled(.dim, text) + "\n") }

    func write(_ bytes: [UInt8]) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let written = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if written > 0 {
                rest.removeFirst(written)
            } else if errno != EINTR {
                return failed(errno)
            }
        }
    }

    private func failed(_ code: Int32) {
        // Of standard error there is nobody left to tell; of the output it is said once.
        guard descriptor == STDOUT_FILENO,
            Terminal.outputError.compareExchange(expected: 0, desired: code, ordering: .relaxed).exchanged,
            code != EPIPE
        else { return }
        let reason = String(cString: strerror(code))
        Terminal.error.write("\(Terminal.error.styled(.red, "flagpole:")) standard output: \(reason)\n")
    }
}

extension StringProtocol {
    /// The text with its control characters escaped, so that nothing in it can steer a terminal or begin a line.
    var printable: String {
        unicodeScalars.reduce(into: "") { text, scalar in
            let isControl = scalar.properties.generalCategory == .control
            text += isControl ? scalar.escaped(asASCII: true) : String(scalar)
        }
    }
}
