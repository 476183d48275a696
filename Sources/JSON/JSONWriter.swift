/// Writes JSON text into a byte array, with the commas where they belong.
///
/// The caller keeps to the grammar: inside an object each value follows its `name`, and what is begun is ended.
package struct JSONWriter: Sendable {
    /// What comes before the next value.
    private enum Place { case first, afterName, afterValue }

    /// What has been written; may be taken away or appended to between values.
    package var bytes: [UInt8] = []
    private var place = Place.first
    private let isPretty: Bool
    private var depth = 0

    /// - Parameter pretty: whether each member and element stands on a line of its own, indented by two spaces.
    package init(pretty: Bool = false) {
        isPretty = pretty
    }

    package mutating func beginObject() { begin(.openBrace) }
    package mutating func endObject() { end(.closeBrace) }
    package mutating func beginArray() { begin(.openBracket) }
    package mutating func endArray() { end(.closeBracket) }

    /// A member's name; its value is written next.
    package mutating func name(_ name: String) {
        separate()
        Self.appendString(name, to: &bytes)
        bytes.append(.colon)
        if isPretty { bytes.append(.space) }
        place = .afterName
    }

    package mutating func string(_ value: String) {
        separate()
        Self.appendString(value, to: &bytes)
    }

    package mutating func int(_ value: Int) { raw(String(value).utf8) }
    package mutating func int(_ value: Int64) { raw(String(value).utf8) }

    /// The shortest digits that read back as the same number; null where it is not finite.
    package mutating func double(_ value: Double) {
        if value.isFinite { raw(value.description.utf8) } else { null() }
    }

    package mutating func bool(_ value: Bool) { raw((value ? "true" : "false").utf8) }
    package mutating func null() { raw("null".utf8) }

    /// A value that is JSON already.
    @inlinable
    package mutating func raw(_ value: some Collection<UInt8>) {
        separate()
        bytes.append(contentsOf: value)
    }

    /// The members of an object that is JSON already, and not empty, among those of this one.
    package mutating func members(of object: [UInt8]) { raw(object.dropFirst().dropLast()) }

    private mutating func begin(_ bracket: UInt8) {
        separate()
        bytes.append(bracket)
        place = .first
        depth += 1
    }

    private mutating func end(_ bracket: UInt8) {
        depth -= 1
        if place == .afterValue { breakLine() }
        bytes.append(bracket)
        place = .afterValue
    }

    /// Writes what divides the next name or value from what stands before it.
    @usableFromInline
    package mutating func separate() {
        if place == .afterValue { bytes.append(.comma) }
        if place != .afterName, depth > 0 { breakLine() }
        place = .afterValue
    }

    private mutating func breakLine() {
        guard isPretty else { return }
        bytes.append(.lineFeed)
        bytes.append(contentsOf: repeatElement(.space, count: 2 * depth))
    }
}
