import Foundation

/// Other programs' opinion of what the digest of some bytes is.
enum Shell {
    /// The first word of each line that a command prints, given files with these messages.
    static func digests(of messages: [[UInt8]], command: ([String]) -> String) throws -> [String] {
        let folder = FileManager.default.temporaryDirectory.appending(path: "flagpole-digests-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let names = messages.indices.map { String($0) }
        for (name, message) in zip(names, messages) { try Data(message).write(to: folder.appending(path: name)) }

        let output = Pipe()
        let process = Process()
        process.executableURL = URL(filePath: "/bin/sh")
        process.arguments = ["-c", command(names)]
        process.currentDirectoryURL = folder
        process.standardOutput = output
        try process.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        return text.split(separator: "\n").map { String($0.prefix { $0 != " " }) }
    }
}

func hexadecimal(_ bytes: [UInt8]) -> String {
    bytes.map { String(UInt32($0) + 256, radix: 16).dropFirst() }.joined()
}
