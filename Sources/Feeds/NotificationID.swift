/// Ids that the bridge gives to notifications that come without one.
package enum NotificationID {
    private static let digits = Array("0123456789ABCDEFGHJKMNPQRSTVWXYZ".utf8)

    /// A ULID: 48 bits of time in milliseconds and 80 random bits, in Crockford's base 32, so that ids sort by time.
    package static func make(unixMilliseconds: Int64) -> String {
        var random = SystemRandomNumberGenerator()
        var low = random.next()
        var high = UInt64(bitPattern: unixMilliseconds) << 16 | random.next() & 0xFFFF
        return String(unsafeUninitializedCapacity: 26) { buffer in
            for index in stride(from: 25, through: 0, by: -1) {
                buffer[index] = digits[Int(low & 31)]
                low = low >> 5 | high << 59
                high >>= 5
            }
            return 26
        }
    }
}
