import CLinux

/// Random numbers of the kernel, fetched by the dozen: each by itself would be a call of its own.
struct RandomReserve: RandomNumberGenerator {
    private static let size = 32
    private var numbers: [UInt64] = []

    mutating func next() -> UInt64 {
        if numbers.isEmpty { refill() }
        return numbers.popLast() ?? .random(in: .min ... .max)
    }

    private mutating func refill() {
        // So little comes whole, or not at all.
        numbers = [UInt64](unsafeUninitializedCapacity: Self.size) { buffer, count in
            count = clinux_random(buffer.baseAddress, 8 * Self.size) == 8 * Self.size ? Self.size : 0
        }
    }
}
