/// Character classes of RFC 9110 and RFC 3986, and the bytes that delimit messages.
extension UInt8 {
    static let tab: UInt8 = 0x09
    static let lineFeed: UInt8 = 0x0A
    static let carriageReturn: UInt8 = 0x0D
    static let space: UInt8 = 0x20

    /// `tchar`, of which methods and field names consist (RFC 9110 §5.6.2).
    var isTokenByte: Bool {
        switch self {
        case 0x61...0x7A, 0x2D, 0x41...0x5A, 0x30...0x39: true
        case 0x21, 0x23...0x27, 0x2A, 0x2B, 0x2E, 0x5E...0x60, 0x7C, 0x7E: true
        default: false
        }
    }

    /// What a field value may hold: visible characters, obs-text, space and tab (RFC 9110 §5.5).
    var isFieldValueByte: Bool { (self >= 0x20 && self != 0x7F) || self == .tab }

    var isBlank: Bool { self == .space || self == .tab }

    var isControl: Bool { self < 0x20 || self == 0x7F }

    var isDigit: Bool { self &- 0x30 < 10 }

    /// `unreserved`: what percent-encoding leaves as it is (RFC 3986 §2.3).
    var isUnreserved: Bool {
        switch self {
        case 0x61...0x7A, 0x41...0x5A, 0x30...0x39, 0x2D, 0x2E, 0x5F, 0x7E: true
        default: false
        }
    }

    /// `sub-delims` (RFC 3986 §2.2).
    var isSubDelimiter: Bool {
        switch self {
        case 0x21, 0x24, 0x26...0x2C, 0x3B, 0x3D: true
        default: false
        }
    }

    /// The value of a hexadecimal digit of either case.
    var hexValue: Int? {
        switch self {
        case 0x30...0x39: Int(self) - 0x30
        case 0x41...0x46: Int(self) - 0x37
        case 0x61...0x66: Int(self) - 0x57
        default: nil
        }
    }

    /// The ASCII letter in lower case; every other byte as it is.
    var lowercased: UInt8 { self &- 0x41 < 26 ? self | 0x20 : self }
}
