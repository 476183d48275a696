import Access
import Testing

@testable import Bridge

struct AdmissionsTests {
    private let tokens = (0..<25).map { _ in Token.make() }

    private func admissions() -> Admissions {
        var admissions = Admissions()
        for (stream, token) in tokens.enumerated() {
            admissions.add(.reader(Grant(identity: nil, expiresAt: 10_000), by: .token(token)), stream: Int32(stream))
        }
        return admissions
    }

    @Test func `all tokens are asked for at each turn, and their records are shared out among the turns`() {
        var admissions = admissions()
        var records: [Token: Int] = [:]
        for _ in 0..<Admissions.turns {
            let questions = admissions.questions(at: 0)
            let (asked, ending) = (questions.filter(\.asksRecord), questions.filter(\.asksLifetime))
            #expect(Set(questions.map(\.token)) == Set(tokens) && ending.isEmpty)
            #expect(2...3 ~= asked.count)
            for question in asked { records[question.token, default: 0] += 1 }
        }
        #expect(records == Dictionary(uniqueKeysWithValues: tokens.map { ($0, 1) }))
    }

    @Test func `when a token ends matters shortly before, and its record is known until a stream joins`() throws {
        var admissions = admissions()
        #expect(admissions.questions(at: 8499).filter(\.asksLifetime).isEmpty)
        #expect(admissions.questions(at: 8500).filter(\.asksLifetime).count == tokens.count)
        admissions.note(tokens[0], endsAt: 20_000)
        admissions.note(tokens[0], digest: 7)
        func question() throws -> TokenQuestion {
            try #require(admissions.questions(at: 8500).first { $0.token == tokens[0] })
        }
        let known = try question()
        #expect(!known.asksLifetime && known.digest == 7)
        admissions.add(.reader(Grant(identity: nil, expiresAt: 20_000), by: .token(tokens[0])), stream: 100)
        let joined = try question()
        #expect(joined.digest == nil && admissions.streams(of: tokens[0]) == [0, 100])
    }
}
