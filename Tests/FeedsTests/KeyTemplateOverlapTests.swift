import TestSupport
import Testing

@testable import Feeds

/// Two templates overlap if there are two IDs, equal or not, that make the same key of them.
struct KeyTemplateOverlapTests {
    @Test(arguments: [
        ("list:{id}", "list:{id}", true), ("list:{id}", "flag:{id}", false), ("user:{id}", "user:{id}:flag", false),
        ("user:{id}", "user:{id}.flag", true), ("a:{id}", "a:b{id}", true), ("a:{id}", "a:b:{id}", false),
        ("u{id}:f", "u{id}:g", false), ("a:{id}:b", "a:x:{id}", true), ("p:{id}:s", "p:q:{id}:t", false),
        ("a{id}", "b{id}", false), ("k:{id}:x", "k:y{id}", false), ("p:{id}:q:s", "p:i:{id}:s", true),
        ("notifications:user:{id}", "user:{id}:has_new_notification", false),
    ])
    func `templates overlap or do not`(left: String, right: String, overlaps: Bool) throws {
        let (left, right) = (try #require(KeyTemplate(left)), try #require(KeyTemplate(right)))
        #expect(left.overlaps(right) == overlaps)
        #expect(right.overlaps(left) == overlaps)
    }

    /// Parts of at most three bytes need IDs of at most seven to meet.
    @Test func `templates overlap where, tried one by one, two IDs make the same key`() throws {
        let ids = (1...7).flatMap { words(over: ["a", "b"], length: $0) }
        let parts = (0...3).flatMap { words(over: ["a", "b", ":"], length: $0) }
        var random = SeededGenerator(seed: 7)
        for _ in 0..<2000 {
            let (left, right) = (try template(parts, &random), try template(parts, &random))
            let keys = Set(ids.map { left.key(for: $0) })
            let meet = ids.contains { keys.contains(right.key(for: $0)) }
            #expect(left.overlaps(right) == meet, "\(left) and \(right)")
        }
    }

    /// Beginnings are alike more often than chance has it, or hardly any two would meet.
    private func template(_ parts: [String], _ random: inout SeededGenerator) throws -> KeyTemplate {
        try #require(KeyTemplate("k\(parts.any(&random)){id}\(parts.any(&random))"))
    }

    private func words(over alphabet: [String], length: Int) -> [String] {
        length == 0 ? [""] : words(over: alphabet, length: length - 1).flatMap { word in alphabet.map { word + $0 } }
    }
}
