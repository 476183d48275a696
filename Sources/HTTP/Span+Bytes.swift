extension Span<UInt8> {
    /// The first position at or after `start` that holds `byte`, eight bytes a step.
    func firstIndex(of byte: UInt8, from start: Int) -> Int? {
        withUnsafeBytes { bytes in
            var index = start
            let wanted = UInt64(repeating: byte)
            while index &+ 8 <= bytes.count {
                let word = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self))
                let matches = (word ^ wanted).zeroBytes
                if matches != 0 { return index &+ matches.trailingZeroBitCount / 8 }
                index &+= 8
            }
            while index < bytes.count {
                if bytes[index] == byte { return index }
                index &+= 1
            }
            return nil
        }
    }

    /// The first position at or after `start` at which `pattern`, which is not empty, stands.
    func firstIndex(of pattern: [UInt8], from start: Int) -> Int? {
        var candidate = firstIndex(of: pattern[0], from: start)
        while let index = candidate, index + pattern.count <= count {
            if pattern.indices.allSatisfy({ self[index + $0] == pattern[$0] }) { return index }
            candidate = firstIndex(of: pattern[0], from: index + 1)
        }
        return nil
    }

    /// The bytes of `range` as text; what is not UTF-8 is replaced by U+FFFD.
    func string(_ range: Range<Int>) -> String {
        withUnsafeBufferPointer { String(decoding: UnsafeBufferPointer(rebasing: $0[range]), as: UTF8.self) }
    }

    /// Whether the bytes of `range` are `text`, which is in lower case, in any case of letters.
    func equals(_ text: StaticString, ignoringCaseIn range: Range<Int>) -> Bool {
        guard range.count == text.utf8CodeUnitCount else { return false }
        return text.withUTF8Buffer { text in
            for offset in 0..<text.count where self[range.lowerBound + offset].lowercased != text[offset] {
                return false
            }
            return true
        }
    }

    /// `range` without the spaces and tabs at either end.
    func trimmed(_ range: Range<Int>) -> Range<Int> {
        var lower = range.lowerBound
        var upper = range.upperBound
        while lower < upper, self[lower].isBlank { lower += 1 }
        while lower < upper, self[upper - 1].isBlank { upper -= 1 }
        return lower..<upper
    }
}
