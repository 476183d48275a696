/// Why a command ends without having done what was asked.
enum CommandError: Error, CustomStringConvertible {
    /// The command line cannot be understood.
    case usage(String)
    case failure(String)

    /// What `sysexits.h` calls EX_USAGE.
    static let usageStatus: Int32 = 64

    var status: Int32 {
        switch self {
        case .usage: Self.usageStatus
        case .failure: 1
        }
    }

    var description: String {
        switch self {
        case .usage(let text), .failure(let text): text
        }
    }
}
