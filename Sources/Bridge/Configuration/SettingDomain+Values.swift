import Feeds
import Glibc
import JSON
import Redis

extension SettingDomain<Int> {
    static func integer(_ range: ClosedRange<Int>) -> Self {
        SettingDomain("a whole number from \(range.lowerBound) to \(range.upperBound)") {
            .number(written: $0)
        } read: {
            $0.asInt.flatMap { range.contains($0) ? $0 : nil }
        } write: {
            .number(String($0))
        }
    }
}

extension SettingDomain<Bool> {
    static let truth = SettingDomain("true or false") {
        $0.asBool
    } write: {
        .bool($0)
    }
}

extension SettingDomain where Value: CaseIterable & RawRepresentable<String> & Sendable {
    /// One of an enumeration's raw values.
    static func choice() -> Self {
        SettingDomain(Value.allCases.map { "\"\($0.rawValue)\"" }.joined(separator: ", ")) {
            $0.asString.flatMap(Value.init)
        } write: {
            .string($0.rawValue)
        }
    }
}

extension SettingDomain {
    /// The same values, of which one is left out of the file.
    func omitting(_ usual: Value) -> Self where Value: Equatable & Sendable {
        let write = write
        return SettingDomain(fromText: fromText, read: read) { $0 == usual ? nil : write($0) }
    }

    /// What may be left out of the file, and is left out where it is nil.
    static func optional<Wrapped>(_ domain: SettingDomain<Wrapped>) -> Self where Value == Wrapped? {
        SettingDomain(fromText: domain.fromText) { value, location throws(ConfigurationError) in
            try domain.read(value, location)
        } write: {
            $0.flatMap(domain.write)
        }
    }
}

extension SettingDomain<String> {
    static let path = string("the path of a file or directory") { !$0.isEmpty && $0 != ":memory:" && $0.isLine }

    static let host = string(
        "an IPv4 or IPv6 address, \"localhost\" or \"unix:///path/of/a.sock\", the path of at most "
            + "\(RedisEndpoint.longestPath) bytes without control characters"
    ) {
        $0 == "localhost" || isAddress($0) || isSocket($0)
    }

    static let redisURL = SettingDomain {
        .string($0)
    } read: { value, location throws(ConfigurationError) in
        guard let url = value.asString else { throw location.refusing("allowed is \"embedded\" or an address") }
        guard url != Configuration.RedisServer.embedded else { return url }
        do throws(RedisError) {
            _ = try RedisEndpoint(parsing: url)
        } catch {
            throw location.refusing("neither \"embedded\" nor an address: \(error)")
        }
        return url
    } write: {
        .string((try? RedisEndpoint(parsing: $0))?.description ?? $0)
    }

    /// Text without control characters.
    static func line(upTo bytes: Int) -> Self {
        string("text without control characters of at most \(bytes) bytes") { $0.utf8.count <= bytes && $0.isLine }
    }

    private static func string(_ allowed: String, isAllowed: @escaping @Sendable (String) -> Bool) -> Self {
        SettingDomain(allowed) {
            $0.asString.flatMap { isAllowed($0) ? $0 : nil }
        } write: {
            .string($0)
        }
    }

    private static func isSocket(_ text: String) -> Bool {
        let path = text.dropFirst("unix://".count)
        return text.hasPrefix("unix:///") && !path.hasSuffix("/") && path.utf8.count <= RedisEndpoint.longestPath
            && text.isLine
    }

    private static func isAddress(_ text: String) -> Bool {
        var address = in6_addr()  // The larger of the two.
        return inet_pton(AF_INET, text, &address) == 1 || inet_pton(AF_INET6, text, &address) == 1
    }
}

extension SettingDomain<[String]> {
    static let hostNames = SettingDomain("a list of host names without ports") {
        .array(listed: $0)
    } read: { value in
        let names = value.asArray?.compactMap { $0.asString?.lowercased() }
        return names?.count == value.asArray?.count && names?.allSatisfy(isHostName) == true ? names : nil
    } write: { names in
        .array(names.map { .string($0) })
    }

    private static func isHostName(_ text: String) -> Bool {
        !text.isEmpty
            && text.utf8.allSatisfy { byte in
                (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
                    || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || "-._".utf8.contains(byte)
            }
    }
}

extension SettingDomain<mode_t> {
    static let fileMode = SettingDomain(
        "an octal mode in quotes from \"0600\" to \"0777\", its owner may read and write"
    ) {
        $0.asString.flatMap { text in
            guard text.utf8.count == 4, text.hasPrefix("0"), let mode = mode_t(text, radix: 8) else { return nil }
            return mode & 0o600 == 0o600 ? mode : nil
        }
    } write: { mode in
        .string("0" + String(mode, radix: 8))
    }
}

extension SettingDomain<KeyTemplate> {
    static let keyTemplate = SettingDomain(
        "a key with {id} in it once and text before it, which does not begin with \"flagpole:\""
    ) {
        $0.asString.flatMap { !$0.hasPrefix("flagpole:") && $0.isLine ? KeyTemplate($0) : nil }
    } write: {
        .string($0.description)
    }
}

extension String {
    /// Whether it has no control character, and so no end of a line.
    fileprivate var isLine: Bool { unicodeScalars.allSatisfy { $0.properties.generalCategory != .control } }
}
