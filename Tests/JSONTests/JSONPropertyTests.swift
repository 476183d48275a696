import Foundation
import JSON
import Testing

struct JSONPropertyTests {
    @Test
    func `documents are judged as SQLite judges them, but for UTF-8 and NUL`() {
        let sqlite = SQLiteJSON()
        var documents = RandomDocuments(seed: 8259)
        var taken = 0
        for _ in 0..<30_000 {
            let bytes = documents.mutated()
            let isText = String(validating: bytes, as: UTF8.self) != nil && !bytes.contains(0)
            let expected = isText && sqlite.isValid(bytes)
            let fault = JSONScanner.fault(in: bytes)
            guard (fault == nil) == expected, 0...bytes.count ~= fault?.offset ?? 0 else {
                Issue.record("\(String(decoding: bytes, as: UTF8.self)): \(fault?.description ?? "taken")")
                return
            }
            if fault == nil { taken += 1 }
        }
        // Both sides of the question are asked often enough.
        #expect(5000...25_000 ~= taken)
    }

    @Test
    func `every beginning of a document is judged like SQLite does`() {
        let sqlite = SQLiteJSON()
        var documents = RandomDocuments(seed: 1)
        for _ in 0..<300 {
            let bytes = Array(documents.valid().utf8)
            for length in 0...bytes.count {
                let beginning = Array(bytes.prefix(length))
                let isText = String(validating: beginning, as: UTF8.self) != nil
                guard (JSONScanner.fault(in: beginning) == nil) == (isText && sqlite.isValid(beginning)) else {
                    Issue.record("\(String(decoding: beginning, as: UTF8.self))")
                    return
                }
            }
        }
    }

    @Test
    func `scanner and tree find the same`() throws {
        var documents = RandomDocuments(seed: 2)
        let names = ["a", "id", "éa", "中文", "ida"]
        let scanner = JSONObjectScanner(members: names)
        var found: [JSONRawValue?] = []
        for _ in 0..<5000 {
            let bytes = Array(documents.validObject(names: names + ["x", "i"]).utf8)
            let object = try JSONValue.parse(bytes).asObject
            try bytes.withUnsafeBufferPointer { try scanner.scan($0, found: &found) }
            for (name, raw) in zip(names, found) {
                guard try raw.map({ try JSONValue.parse(Array(bytes[$0.range])) }) == object?[name] else {
                    Issue.record("\(name) of \(String(decoding: bytes, as: UTF8.self))")
                    return
                }
            }
        }
    }

    @Test
    func `a tree that is written and read is the same`() throws {
        var documents = RandomDocuments(seed: 3)
        for _ in 0..<3000 {
            let tree = try JSONValue.parse(documents.valid())
            #expect(try JSONValue.parse(tree.encoded()) == tree)
            #expect(try JSONValue.parse(tree.encoded(pretty: true)) == tree)
            #expect(tree.encoded().allSatisfy { $0 >= 0x20 })
        }
    }

    @Test
    func `Foundation decodes the same`() throws {
        var documents = RandomDocuments(seed: 4)
        for _ in 0..<3000 {
            let text = documents.valid()
            let theirs = try JSONSerialization.jsonObject(with: Data(text.utf8), options: .fragmentsAllowed)
            let ours = try JSONValue.parse(text)
            #expect(matches(ours, theirs), "\(text)")
        }
    }

    private func matches(_ ours: JSONValue, _ theirs: Any) -> Bool {
        switch ours {
        case .null: theirs is NSNull
        case .bool(let value): theirs as? Bool == value
        case .number: (theirs as? NSNumber).map { isNear($0.doubleValue, ours.asDouble) } ?? false
        case .string(let text): (theirs as? String).map { $0.utf8.elementsEqual(text.utf8) } ?? false
        case .array(let elements):
            (theirs as? [Any]).map { $0.count == elements.count && zip(elements, $0).allSatisfy(matches) } ?? false
        case .object(let object):
            (theirs as? [String: Any]).map { members in
                members.count == object.members.count
                    && object.allSatisfy { name, value in members[name].map { matches(value, $0) } ?? false }
            } ?? false
        }
    }

    /// Foundation takes numbers by way of a decimal type, and may miss the nearest double by its last bit.
    private func isNear(_ theirs: Double, _ ours: Double?) -> Bool {
        guard let ours else { return false }
        return abs(theirs - ours) <= ours.ulp
    }
}
