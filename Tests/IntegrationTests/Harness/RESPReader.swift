import Foundation

/// Reads whole values of Redis's protocol, commands or replies, as the bytes that they came in.
struct RESPReader {
    private let socket: UnixSocket
    private var buffer: [UInt8] = []
    /// How much of the buffer belongs to the value that is being read.
    private var end = 0

    init(_ socket: UnixSocket) {
        self.socket = socket
    }

    /// The next value; nil at the end of the connection.
    mutating func next() -> [UInt8]? {
        end = 0
        var outstanding = 1
        while outstanding > 0 {
            guard let (type, number) = head() else { return nil }
            outstanding -= 1
            switch type {
            case UInt8(ascii: "$") where number >= 0: guard skip(number + 2) else { return nil }
            case UInt8(ascii: "*"): outstanding += max(0, number)
            default: break
            }
        }
        defer { buffer.removeFirst(end) }
        return Array(buffer[..<end])
    }

    /// The line that a value begins with: its first byte, and the number that follows where one does.
    private mutating func head() -> (type: UInt8, number: Int)? {
        let start = end
        while true {
            if let newline = buffer[end...].firstIndex(of: UInt8(ascii: "\n")), newline > start {
                end = newline + 1
                let number = String(decoding: buffer[(start + 1)..<newline].dropLast(), as: UTF8.self)
                return (buffer[start], Int(number) ?? 0)
            }
            end = buffer.count
            guard receive() else { return nil }
        }
    }

    private mutating func skip(_ count: Int) -> Bool {
        end += count
        while buffer.count < end { guard receive() else { return false } }
        return true
    }

    private mutating func receive() -> Bool {
        guard let bytes = socket.receive() else { return false }
        buffer += bytes
        return true
    }

    /// The name of a command, in capitals.
    static func name(of command: [UInt8]) -> String {
        let parts = command.split(separator: UInt8(ascii: "\n"), maxSplits: 3)
        return parts.count > 2 ? String(decoding: parts[2].dropLast(), as: UTF8.self).uppercased() : ""
    }
}
