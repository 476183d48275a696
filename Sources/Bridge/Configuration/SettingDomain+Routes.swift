import JSON

extension SettingDomain<FeedTemplate> {
    static let feedTemplate = SettingDomain("KIND:ID, in whose ID placeholders may stand, such as \"chat:{ticket_id}\"")
    {
        $0.asString.flatMap { FeedTemplate($0) }
    } write: {
        .string($0.description)
    }
}

extension SettingDomain<[FeedTemplate]> {
    static let feedTemplates = SettingDomain("a list of feeds such as [\"user:{user}\", \"chat:{ticket_id}\"]") {
        value in
        let feeds = value.asArray?.compactMap { $0.asString.flatMap { FeedTemplate($0) } }
        return feeds?.count == value.asArray?.count ? feeds : nil
    } write: { feeds in
        .array(feeds.map { .string($0.description) })
    }
}

extension SettingDomain<[String]> {
    static let parameterNames = SettingDomain("a list of names of letters, digits, _ and -") { value in
        let names = value.asArray?.compactMap { $0.asString.flatMap { TextTemplate.isName($0) ? $0 : nil } }
        return names?.count == value.asArray?.count ? names : nil
    } write: { names in
        .array(names.map { .string($0) })
    }
}

extension SettingDomain<JSONObject> {
    static let object = SettingDomain("an object") {
        $0.asObject
    } write: {
        .object($0)
    }
}
