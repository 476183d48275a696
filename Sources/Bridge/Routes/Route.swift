import HTTP
import JSON

/// A path of the user's own that leads to feeds: to their stream, to their history, or to publishing.
package struct Route: Equatable, Sendable {
    /// Who may publish through a route.
    enum Writers: String, CaseIterable, Sendable {
        /// Who holds an admin key for the kind.
        case writer
        /// Whoever may read the feed.
        case reader
    }

    /// What errors look like.
    enum ErrorForm: String, CaseIterable, Sendable {
        /// A problem document, as everywhere else.
        case problem
        /// `{"error":"..."}`.
        case plain
    }

    enum Purpose: Sendable {
        case stream, history, publishing
    }

    /// As the configuration has it: a path, or a method and a path.
    let name: String
    let method: HTTPMethod
    /// The path, in which `{name}` stands for one segment.
    let path: String

    var feed: FeedTemplate?
    var feeds: [FeedTemplate] = []
    /// Whether a stream also gets broadcast events.
    var asksForEvents = false
    var isHistory = false
    /// Parameters of the stream or of the history that the client cannot choose.
    var query = JSONObject()
    var writers = Writers.writer
    /// Parameters without which nothing is published.
    var required: [String] = []
    /// The parameters that a notification consists of; nil: all members of the request's body.
    var members: [String]?
    /// Members that the client does not choose; placeholders stand in their strings.
    var set: [MemberTemplate] = []
    /// How many characters a parameter may have.
    var maxLengths = JSONObject()
    /// How many requests of one identity, or one address, are looked at each minute.
    var perMinute: Int?
    /// What is answered, in place of the ids.
    var answer: JSONObject?
    var errorForm = ErrorForm.problem
    /// What is answered where a parameter is missing.
    var missingAnswer: JSONObject?

    /// The placeholder that stands for the authenticated identity.
    static let identity = "user"

    /// A route from its name; nil where that is no path with or without GET or POST before it.
    init?(_ name: String) {
        let parts = name.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: false)
        let (method, path) = parts.count == 2 ? (parts[0], parts[1]) : ("GET", parts[0])
        guard method == "GET" || method == "POST", Route.isPath(path) else { return nil }
        self.name = name
        self.method = method == "GET" ? .get : .post
        self.path = String(path)
        guard Set(pathNames).count == pathNames.count else { return nil }
    }

    var purpose: Purpose { method == .post ? .publishing : isHistory ? .history : .stream }

    var allFeeds: [FeedTemplate] { (feed.map { [$0] } ?? []) + feeds }

    /// The names of the placeholders among the path's segments, in order.
    var pathNames: [String] {
        path.split(separator: "/").filter { $0.hasPrefix("{") }.map { String($0.dropFirst().dropLast()) }
    }

    /// The placeholders that make the names of its feeds.
    private var feedNames: [String] { allFeeds.flatMap(\.id.names) }

    /// All placeholders.
    private var names: [String] { feedNames + set.flatMap(\.value.names) }

    /// All placeholders whose values a request has to bring, without who asks.
    var placeholders: [String] { names.filter { $0 != Route.identity } }

    /// Whether it is about whoever asks.
    var needsIdentity: Bool { names.contains(Route.identity) }

    /// Whether a parameter may stand in the query: what is published may not, since queries are logged on the way.
    func isInQuery(_ name: String) -> Bool { feedNames.contains(name) }

    /// Whether it begins with a slash and has only segments that are one placeholder, or of letters, digits and `-._~`;
    /// a slash may end it.
    private static func isPath(_ text: Substring) -> Bool {
        guard text.hasPrefix("/"), text.utf8.count <= 256 else { return false }
        var segments = text.dropFirst().split(separator: "/", omittingEmptySubsequences: false)
        if segments.count > 1, segments.last?.isEmpty == true { segments.removeLast() }
        return segments.allSatisfy { segment in
            if segment.hasPrefix("{") {
                return segment.hasSuffix("}") && TextTemplate.isName(segment.dropFirst().dropLast())
            }
            return !segment.isEmpty && segment != "." && segment != ".."
                && segment.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "-._~".contains($0)) }
        }
    }
}

extension Route {
    /// What is answered in place of this problem.
    func phrased(_ problem: Problem) -> Problem {
        guard errorForm == .plain, problem.answer == nil else { return problem }
        var problem = problem
        problem.answer = ["error": .string(problem.detail)]
        return problem
    }

    /// The answer to a request without these parameters.
    func missing(_ names: [String]) -> Problem {
        var problem = Problem(.badRequest, "Missing parameters: \(names.joined(separator: ", ")).")
        problem.answer = missingAnswer ?? (errorForm == .plain ? ["error": .string("Missing parameters")] : nil)
        return problem
    }
}
