import Testing

@testable import HTTP

/// A rule of RFC 9112, unless another is named, requests that touch it, and what is to come of each.
struct ParsingRule: CustomTestStringConvertible, Sendable {
    enum Outcome: Equatable {
        /// So many requests are read, and no error.
        case taken(Int)
        /// Nothing is read, and the connection is answered with that status.
        case refused(HTTPStatus)
    }

    let rule: String
    let outcome: Outcome
    /// Each scalar is one byte, so that bytes above 0x7F can be written.
    let requests: [String]

    /// A rule about whole requests, or their beginnings.
    init(_ rule: String, _ outcome: Outcome, _ requests: String...) {
        (self.rule, self.outcome, self.requests) = (rule, outcome, requests)
    }

    /// A rule about field lines, each of which is put behind Host.
    init(_ rule: String, _ outcome: Outcome, lines: String...) {
        (self.rule, self.outcome) = (rule, outcome)
        requests = lines.map { "GET / HTTP/1.1\r\nHost: a\r\n\($0)\r\n\r\n" }
    }

    /// A rule about the Host line, which is all of the head.
    init(_ rule: String, _ outcome: Outcome, hosts: String...) {
        (self.rule, self.outcome) = (rule, outcome)
        requests = hosts.map { "GET / HTTP/1.1\r\nHost:\($0)\r\n\r\n" }
    }

    /// A rule about fields that tell where the body ends; the body is `hello`.
    init(_ rule: String, _ outcome: Outcome, framings: String...) {
        (self.rule, self.outcome) = (rule, outcome)
        requests = framings.map { "POST / HTTP/1.1\r\nHost: a\r\n\($0)\r\n\r\nhello" }
    }

    /// A rule about chunked bodies.
    init(_ rule: String, _ outcome: Outcome, chunked: String...) {
        (self.rule, self.outcome) = (rule, outcome)
        requests = chunked.map { "PUT / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n\($0)" }
    }

    var testDescription: String { "\(rule): \(outcome)" }

    /// Reads each request whole, in pieces, by single bytes and behind another one.
    func check() {
        for request in requests {
            let read = outcomeInEveryWay(request.unicodeScalars.map { UInt8($0.value) })
            let name: Comment = "\(rule): \(request.debugDescription)"
            switch outcome {
            case .taken(let count):
                #expect(read.error == nil, name)
                #expect(read.requests.count == count, name)
            case .refused(let status):
                #expect(read.error?.status == status, name)
                #expect(read.requests.isEmpty, name)
            }
        }
    }
}
