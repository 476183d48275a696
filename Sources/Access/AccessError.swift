/// Why access is not given; no token, key or secret is ever part of the sentence.
package enum AccessError: Error, Equatable, Sendable {
    /// A setting that cannot be used: it stops the start, and the sentence says what is allowed.
    case badSetting(String)
    /// A token that grants nothing; the sentence says what whoever made it has to change.
    case refused(String)
}
