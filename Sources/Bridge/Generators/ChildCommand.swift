import CLinux
import Glibc
import Reactor

/// A command that is running: its process, and what it has printed so far.
///
/// It is the leader of a session of its own, so that whatever it has started ends with it. Confined to the thread that
/// started it: where that is killed, the process gets SIGTERM, what it has started does not.
struct ChildCommand {
    /// How it ended.
    enum Ending: Equatable {
        case exited([UInt8])
        case failed(String)
    }

    /// How much is kept of what it says on standard error; the rest is read and dropped, so that it can go on.
    private static let maximumComplaint = 200
    /// How much of that is read at a time, so that one that never stops does not keep the others waiting.
    private static let complaintAtATime = 262_144
    /// How long one that was killed mostly takes at most to be gone.
    private static let lastMilliseconds: Milliseconds = 1000

    /// Until when it may run; once it was killed, when it should be gone.
    private(set) var deadline: MonotonicTime
    /// Whether it was killed, and is not known to be gone.
    private(set) var isEnding = false
    /// Readable once the process has ended.
    let processDescriptor: Int32
    private let outputDescriptor: Int32
    private let errorDescriptor: Int32
    private let pid: pid_t
    private let maximumBytes: Int
    private var output: [UInt8] = []
    private var complaint: [UInt8] = []

    /// Starts a command.
    ///
    /// - Parameters:
    ///   - command: The program and its arguments.
    ///   - environment: Its environment, as `NAME=VALUE`.
    ///   - maximumBytes: How much it may print.
    ///   - deadline: Until when it may run.
    ///   - openFiles: How many files it may have open.
    /// - Throws: `StartError` where it cannot be started.
    init(
        _ command: [String], environment: [String], maximumBytes: Int, deadline: MonotonicTime,
        openFiles: rlim_t = OpenFileLimit.inherited
    ) throws(StartError) {
        guard let path = Executable.find(command[0]) else {
            throw StartError("\(command[0]) is not there, or may not be run")
        }
        var (output, errors): ([Int32], [Int32]) = ([-1, -1], [-1, -1])
        guard clinux_pipe(&output) == 0, clinux_pipe(&errors) == 0 else {
            let code = errno
            for descriptor in output where descriptor >= 0 { close(descriptor) }
            throw StartError("there is no pipe for its output", code: code)
        }
        var arguments: [UnsafeMutablePointer<CChar>?] = command.map { strdup($0) } + [nil]
        var variables: [UnsafeMutablePointer<CChar>?] = environment.map { strdup($0) } + [nil]
        pid = clinux_spawn(path, &arguments, &variables, output[1], errors[1], openFiles)
        let code = errno
        for pointer in arguments + variables { free(pointer) }
        for descriptor in [output[1], errors[1]] { close(descriptor) }
        processDescriptor = pid > 0 ? clinux_pidfd(pid) : -1
        (outputDescriptor, errorDescriptor) = (output[0], errors[0])
        self.maximumBytes = maximumBytes
        self.deadline = deadline
        guard processDescriptor >= 0 else {
            let reason = pid > 0 ? errno : code
            closePipes()
            if pid > 0 {
                // Nothing could tell when it ends.
                killSession()
                waitpid(pid, nil, 0)
            }
            throw Self.error(path, reason)
        }
    }

    private static func error(_ path: String, _ code: Int32) -> StartError {
        switch code {
        case ENOEXEC: StartError("\(path) is no program: begin a script with a line such as #!/bin/sh")
        case ENOENT: StartError("\(path) cannot be started: what its line #! names is not there")
        default: StartError("\(path) cannot be started", code: code)
        }
    }

    /// What is readable when there is something to `read`, or when it has ended.
    var descriptors: [Int32] { [processDescriptor] + (isEnding ? [] : [outputDescriptor, errorDescriptor]) }

    /// Takes what it has printed; false where that is too much.
    mutating func read() -> Bool {
        Self.drain(outputDescriptor, into: &output, upTo: maximumBytes + 1)
        var errors: [UInt8] = []
        Self.drain(errorDescriptor, into: &errors, upTo: Self.complaintAtATime)
        complaint += errors.prefix(Self.maximumComplaint - complaint.count)
        return output.count <= maximumBytes
    }

    /// Says how it ended, once it has by itself, and ends all that it has started.
    mutating func finish() -> Ending {
        let isWithinBounds = read()
        killSession()
        closePipes()
        let status = reap()
        guard isWithinBounds else { return .failed(tooMuch) }
        let (signal, code) = (status & 0x7F, status >> 8 & 0xFF)
        guard status != 0 else { return .exited(output) }
        let said = String(decoding: complaint.prefix { $0 != 0x0A }, as: UTF8.self)
        return .failed(
            (signal != 0 ? "it was ended by signal \(signal)" : "its exit status is \(code)")
                + (said.isEmpty ? "" : ": \(said)"))
    }

    /// Kills it and all that it has started, and returns at once.
    ///
    /// One that hangs in the kernel, by a disk that does not answer, is there until it no longer does: until its process
    /// descriptor is readable it has not ended. Then it is to be reaped.
    mutating func kill(_ now: MonotonicTime) {
        killSession()
        closePipes()
        isEnding = true
        deadline = now + Self.lastMilliseconds
    }

    /// Notes that it is not gone yet, and may take as long as it will.
    mutating func outlivesDeadline() { deadline = .distantFuture }

    /// Takes the status of the process, which has ended, and forgets it.
    @discardableResult
    func reap() -> Int32 {
        var status = SIGKILL
        // A zombie that a debugger holds is nobody else's; it is not waited for.
        waitpid(pid, &status, WNOHANG)
        close(processDescriptor)
        return status
    }

    /// Waits until it has ended, not beyond its deadline; false where it has not.
    func waitForEnd() -> Bool {
        var ending = pollfd(fd: processDescriptor, events: Int16(POLLIN), revents: 0)
        let left = (deadline.nanoseconds - MonotonicTime.now.nanoseconds) / 1_000_000
        return poll(&ending, 1, Int32(clamping: max(0, left))) > 0
    }

    /// What is wrong with a command that prints too much.
    var tooMuch: String { "it printed more than \(maximumBytes) bytes" }

    private func killSession() {
        if Faults.isOff(.killGenerators) { return }
        // Not yet waited for, so the id is still its own.
        Glibc.kill(-pid, SIGKILL)
        Glibc.kill(pid, SIGKILL)
    }

    private func closePipes() {
        for descriptor in [outputDescriptor, errorDescriptor] { close(descriptor) }
    }

    private static func drain(_ descriptor: Int32, into bytes: inout [UInt8], upTo maximum: Int) {
        var buffer = [UInt8](repeating: 0, count: 16_384)
        while bytes.count < maximum {
            let count = Glibc.read(descriptor, &buffer, min(buffer.count, maximum - bytes.count))
            if count > 0 { bytes += buffer[..<count] } else if count == 0 || errno != EINTR { return }
        }
    }
}
