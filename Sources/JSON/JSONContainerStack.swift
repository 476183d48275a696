/// The containers that are open, one bit each: set for an object, clear for an array.
struct JSONContainerStack {
    /// As many as there are bits.
    static let capacity = UInt128.bitWidth

    private var bits: UInt128 = 0
    private(set) var depth = 0

    var isEmpty: Bool { depth == 0 }
    /// Whether the innermost open container is an object.
    var isInObject: Bool { bits & 1 != 0 }
    /// What ends the innermost open container.
    var closingBracket: UInt8 { isInObject ? .closeBrace : .closeBracket }

    mutating func push(isObject: Bool) {
        bits = bits << 1 | (isObject ? 1 : 0)
        depth += 1
    }

    mutating func pop() {
        bits >>= 1
        depth -= 1
    }
}
