import HTTP

extension HTTPHeaders {
    /// The value of the first cookie of that name, as it came; nil where there is none (RFC 6265 §4.2.1).
    ///
    /// Names have their case. A pair without `=` is no cookie.
    func cookie(_ name: String) -> String? {
        for field in values("cookie") {
            for pair in field.utf8.split(separator: UInt8(ascii: ";")) {
                let parts = pair.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
                guard parts.count == 2, parts[0].trimmingBlanks().elementsEqual(name.utf8) else { continue }
                return String(Substring(parts[1].trimmingBlanks()))
            }
        }
        return nil
    }
}
