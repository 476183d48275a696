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

extension SettingDomain<[MemberTemplate]> {
    static let memberTemplates = SettingDomain {
        .string($0)
    } read: { value, location throws(ConfigurationError) in
        guard let object = value.asObject else { throw location.refusing(value, "allowed is an object") }
        var members: [MemberTemplate] = []
        for (name, value) in object {
            guard let member = MemberTemplate(name, value) else {
                throw location.member(name).refusing(
                    value, "a brace begins or ends a placeholder such as {user} or {ticket_id}")
            }
            members.append(member)
        }
        return members
    } write: { members in
        .object(members.written)
    }
}

extension SettingDomain<JSONObject> {
    static let object = SettingDomain("an object") {
        $0.asObject
    } write: {
        .object($0)
    }
}
