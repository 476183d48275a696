extension Configuration {
    /// Where the password of an embedded Redis stands that listens on TCP.
    package var embeddedRedisPasswordFile: String { "\(dataDirectory)/redis.password" }
}
