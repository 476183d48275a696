import Glibc

/// Reads standard input, line by line, without waiting for more than there is.
struct LineReader {
    private(set) var bytesRead = 0
    /// How many bytes there are to read; nil where that is not a file.
    let size: Int?
    private let maximumBytes: Int
    private var buffer = [UInt8](repeating: 0, count: 262_144)
    /// The beginning of a line that has not ended yet.
    private var unfinished: [UInt8] = []
    private var isAtEnd = false

    /// - Parameter maximumBytes: The length above which a line is handed out without waiting for its end.
    init(maximumBytes: Int) {
        self.maximumBytes = maximumBytes
        var status = stat()
        let isFile = fstat(STDIN_FILENO, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
        size = isFile ? Int(status.st_size) : nil
    }

    /// The lines that the next read completes, perhaps none; nil at the end.
    mutating func next() throws(CommandError) -> [[UInt8]]? {
        guard !isAtEnd else { return nil }
        let count = read(STDIN_FILENO, &buffer, buffer.count)
        guard count >= 0 else {
            if errno == EINTR { return [] }
            throw .failure("standard input cannot be read: \(String(cString: strerror(errno)))")
        }
        bytesRead += count
        isAtEnd = count == 0
        var parts = buffer[..<count].split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).map(
            Array.init)
        parts[0] = unfinished + parts[0]
        unfinished = parts.removeLast()
        if unfinished.count > maximumBytes || (isAtEnd && !unfinished.isEmpty) {
            parts.append(unfinished)
            unfinished = []
        }
        return parts
    }
}
