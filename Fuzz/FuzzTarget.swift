/// What every target shares: a target is a file in `Targets/` with one function, `fuzz(_ bytes: [UInt8])`.
///
/// libFuzzer calls this with bytes of its invention. What must not happen ends the process.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    fuzz(Array(UnsafeBufferPointer(start: start, count: count)))
    return 0
}

/// Ends the process unless the condition holds.
func require(_ condition: Bool, _ promise: @autoclosure () -> String) {
    guard !condition else { return }
    fatalError("BROKEN PROMISE: \(promise())")
}

/// Numbers that follow from the bytes alone, so that an input means the same every time it is run (FNV-1a, SplitMix64).
struct BytesGenerator: RandomNumberGenerator {
    private var state: UInt64 = 0xCBF2_9CE4_8422_2325

    init(_ bytes: [UInt8]) {
        for byte in bytes { state = (state ^ UInt64(byte)) &* 0x100_0000_01B3 }
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = (state ^ (state >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

extension [UInt8] {
    /// The bytes cut at random places, at one of a few grains.
    func pieces() -> [ArraySlice<UInt8>] {
        var random = BytesGenerator(self)
        let longest = [1, 3, 16, 64].randomElement(using: &random) ?? 1
        var pieces: [ArraySlice<UInt8>] = []
        var rest = self[...]
        while !rest.isEmpty {
            let piece = rest.prefix(Int.random(in: 1...longest, using: &random))
            pieces.append(piece)
            rest = rest.dropFirst(piece.count)
        }
        return pieces
    }

    /// The parts between NULs, at most `count` of them; what is missing is empty.
    func parts(_ count: Int) -> [[UInt8]] {
        let parts = split(separator: 0, maxSplits: count - 1, omittingEmptySubsequences: false).map(Array.init)
        return parts + Array<[UInt8]>(repeating: [], count: count - parts.count)
    }
}
