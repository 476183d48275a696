import HTTP

/// The method and the path of a route.
///
/// It knows nothing of endpoints, whose type is the router's owner's: so the compiler can make matching, which every
/// request goes through, plain comparisons.
struct RoutePattern: Sendable {
    enum Segment: Equatable, Sendable {
        case literal(String)
        case parameter

        func matches(_ text: String) -> Bool {
            switch self {
            case .literal(let literal): literal == text
            case .parameter: !text.isEmpty
            }
        }
    }

    /// What a path leads to.
    enum Match {
        /// A pattern, by its place, and the segments that stood at its parameters.
        case found(Int, parameters: [String])
        /// Patterns of other methods, which are these.
        case otherMethods([HTTPMethod])
        case none
    }

    let method: HTTPMethod
    private let segments: [Segment]

    init(_ method: HTTPMethod, _ pattern: String) {
        self.method = method
        guard pattern != "/" else {
            segments = []
            return
        }
        segments = pattern.dropFirst().split(separator: "/", omittingEmptySubsequences: false).map {
            $0.hasPrefix("{") ? .parameter : .literal(String($0))
        }
    }

    /// Whether there are paths that both stand for.
    func overlaps(_ other: RoutePattern) -> Bool {
        segments.count == other.segments.count
            && zip(segments, other.segments).allSatisfy { $0 == .parameter || $1 == .parameter || $0 == $1 }
    }

    /// Finds the first pattern for a method and a path; one of GET answers HEAD too.
    static func match(_ patterns: [RoutePattern], _ method: HTTPMethod, _ path: [String]) -> Match {
        let wanted = method == .head ? .get : method
        var allowed: [HTTPMethod] = []
        for index in patterns.indices where patterns[index].matches(path) {
            let found = patterns[index].method
            if found == wanted { return .found(index, parameters: patterns[index].parameters(of: path)) }
            allowed.append(found)
            if found == .get { allowed.append(.head) }
        }
        return allowed.isEmpty ? .none : .otherMethods(allowed + [.options])
    }

    private func matches(_ path: [String]) -> Bool {
        guard segments.count == path.count else { return false }
        for index in path.indices where !segments[index].matches(path[index]) { return false }
        return true
    }

    private func parameters(of path: [String]) -> [String] {
        var parameters: [String] = []
        for index in path.indices where segments[index] == .parameter { parameters.append(path[index]) }
        return parameters
    }
}
