import Feeds
import HTTP
import HTTPServer
import JSON

extension Hub {
    /// Answers a request about a feed's notifications and what of them is read.
    func serveInbox(
        _ endpoint: Endpoint, _ parameters: [String], _ request: HTTPRequest, for caller: Caller, _ id: ConnectionID
    ) throws(Problem) {
        let (feed, kind) = try settings.feed(parameters[0])
        try caller.checkReading(feed)
        try kind.checkStoring()
        switch endpoint {
        case .history:
            let query = try HistoryQuery(request.target, of: feed)
            answer(id) { [reader] in HTTPResponse(json: try await reader.history(query)) }
        case .unread:
            try requireInbox(kind)
            answer(id) { [reader] in .unread(try await reader.unread(feed)) }
        case .markRead:
            try checkChange(request, of: kind)
            let selection = try ReadSelection(request)
            answer(id) { [writer] in .unread(try await writer.markRead(feed, selection)) }
        case .markUnread:
            try checkChange(request, of: kind)
            let ids = try [String](unread: request)
            answer(id) { [writer] in .unread(try await writer.markUnread(feed, ids)) }
        default:
            try RequestGuard.checkOrigin(request, allowed: settings.cors.origins)
            let notification = parameters[1]
            answer(id) { [writer] in .unread(try await writer.remove(notification, from: feed)) }
        }
    }

    private func checkChange(_ request: HTTPRequest, of kind: Kind) throws(Problem) {
        try RequestGuard.checkOrigin(request, allowed: settings.cors.origins)
        try RequestGuard.checkContentType(request)
        try requireInbox(kind)
    }

    private func requireInbox(_ kind: Kind) throws(Problem) {
        guard !kind.isInbox else { return }
        throw Problem(
            .conflict, "The kind \(kind.name) has no read state; declare it with \"inbox\": true if it shall have one.")
    }

    /// Responds when another thread has done its part; `phrasing` puts an error into other words.
    func answer(
        _ id: ConnectionID, _ work: @escaping @Sendable () async throws -> HTTPResponse,
        phrasing: @escaping @Sendable (Problem) -> Problem = { $0 }
    ) {
        Task {
            let response: HTTPResponse
            do {
                response = try await work()
            } catch let error as UnknownNotification {
                let problem = Problem(
                    .notFound, "The feed has no notification \(error.id.debugDescription), or no longer; begin again.")
                response = phrasing(problem).response
            } catch {
                let problem = Problem(
                    .serviceUnavailable, "The database cannot be used at the moment; nothing was changed. Try again.",
                    headers: [("Retry-After", "1")])
                response = phrasing(problem).response
            }
            connections.respond(id, response)
        }
    }
}

extension Kind {
    /// Throws where there is nothing to be asked for but streams.
    func checkStoring() throws(Problem) {
        guard isEphemeral else { return }
        throw Problem(
            .conflict, "The kind \(name) is ephemeral: nothing of it is stored; open a stream to hear of it.")
    }
}

extension HTTPResponse {
    /// JSON that is written already, not to be kept by anyone.
    init(json body: [UInt8]) {
        self.init(status: .ok, contentType: "application/json", body: body)
        headers.add("Cache-Control", "no-store")
    }

    fileprivate static func unread(_ count: Int?) -> HTTPResponse {
        .json(["unread": count.map { .number(String($0)) } ?? .null])
    }
}
