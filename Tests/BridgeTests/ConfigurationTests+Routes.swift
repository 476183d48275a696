import Testing

@testable import Bridge

/// The user's own paths, as the file declares them.
struct ConfigurationRoutesTests {
    private static let path = #"routes."POST /send""#

    @Test func `what is declared reads back as it was printed`() throws {
        let file = """
            {"auth": {"mode": "proxy"}, "kinds": {"chat": {"list": "chat:{id}:l", "flag": "chat:{id}:f"}}, "routes": {
              "/chat/stream": {"feed": "chat:{ticket_id}", "query": {"envelope": "1"}},
              "/sse/all": {"feeds": ["user:{user}", "chat:{ticket_id}"], "errors": "plain"},
              "GET /chat/{ticket_id}/history": {"feed": "chat:{ticket_id}", "history": true, "query": {"limit": 20}},
              "POST /chat/send": {"feed": "chat:{ticket_id}", "who": "reader", "require": ["message"],
                "body": ["ticket_id", "message"], "set": {"sender_id": "{user}", "by": [{"id": "{user}"}, 1]}, "max_length": {"message": 2000},
                "per_minute": 100, "answer": {"status": "ok"}, "errors": "plain", "missing": {"error": "?"}}
            }}
            """
        let configuration = try load(file)
        #expect(
            configuration.routes.map(\.path) == ["/chat/stream", "/sse/all", "/chat/{ticket_id}/history", "/chat/send"])
        let printed = String(decoding: configuration.encoded(), as: UTF8.self)
        #expect(try load(printed).routes == configuration.routes)
    }

    @Test(arguments: [
        // Names.
        ("chat", #"{"feed": "user:1"}"#, "routes.chat in config.json: a route is named by a path such as /chat/stream"),
        ("PUT /a", #"{"feed": "user:1"}"#, #"routes."PUT /a" in config.json: a route is named by a path"#),
        ("/a//", #"{"feed": "user:1"}"#, #"routes."/a//" in config.json: a route is named by a path"#),
        ("/", #"{"feed": "user:1"}"#, #"routes."/" in config.json: a route is named by a path"#),
        ("/a/../b", #"{"feed": "user:1"}"#, #"routes."/a/../b" in config.json: a route is named by a path"#),
        ("/a b", #"{"feed": "user:1"}"#, #"routes."/a b" in config.json: a route is named by a path"#),
        ("/{a}/{a}", #"{"feed": "user:{a}"}"#, #"routes."/{a}/{a}" in config.json: a route is named by a path"#),
        ("/", #"{"feed": "user:1"}"#, #"routes."/" in config.json: a route is named by a path"#),
        ("/metrics", #"{"feed": "user:1"}"#, #"routes."/metrics": this path is the bridge's own; choose another"#),
        ("/v1/chat", #"{"feed": "user:1"}"#, #"routes."/v1/chat": this path is the bridge's own; choose another"#),
        ("/{x}", #"{"feed": "user:{x}"}"#, #"routes."/{x}": this path is the bridge's own; choose another"#),
        ("POST /flagpole.js", #"{"feed": "user:1"}"#, #"routes."POST /flagpole.js": this path is the bridge's own"#),

        // Feeds.
        (
            "/a", "{}",
            #"routes."/a".feed is missing in config.json: a route leads to a feed such as "chat:{ticket_id}""#
        ),
        ("/a", #"{"feed": "chat"}"#, #"routes."/a".feed in config.json is "chat": allowed is KIND:ID"#),
        ("/a", #"{"feed": "{k}:1"}"#, #"routes."/a".feed in config.json is "{k}:1": allowed is KIND:ID"#),
        ("/a", #"{"feed": "user:{a"}"#, #"routes."/a".feed in config.json is "user:{a": allowed is KIND:ID"#),
        ("/a", #"{"feed": "chat:{a}"}"#, #"routes."/a": No kind chat is declared; add it to kinds"#),
        ("/a", #"{"feed": "user:{a}/{b}"}"#, #"routes."/a": A feed is named KIND:ID"#),
        (
            "/a", #"{"feed": "user:{user}"}"#,
            #"routes."/a" needs {user}, and auth.mode is "open": without authentication"#
        ),
        (
            "/a", #"{"feed": "user:1", "feeds": ["user:2"]}"#,
            #"routes."/a".feeds in config.json: there is a feed already; name all of them in feeds"#
        ),
        (
            "POST /send", #"{"feeds": ["user:2"]}"#,
            path + ".feeds in config.json: only a stream has several feeds; name one in feed"
        ),

        // What does not go together.
        (
            "/a", #"{"feed": "user:1", "requires": []}"#,
            #"unknown key routes."/a".requires in config.json: did you mean require?"#
        ),
        (
            "/a", #"{"feed": "user:1", "who": "reader"}"#,
            #"routes."/a".who in config.json: only a route that publishes has it"#
        ),
        ("POST /send", #"{"feed": "user:1", "events": true}"#, path + ".events in config.json: this route publishes"),
        (
            "/a", #"{"feed": "user:1", "query": {"feed": "user:2"}}"#,
            #"unknown key routes."/a".query.feed in config.json: known are envelope, since, where, min_interval_ms"#
        ),
        ("/a", #"{"feed": "user:1", "query": {"where": "priority"}}"#, #"routes."/a": where is a member and what"#),
        ("/a", #"{"feed": "user:1", "query": {"min_interval_ms": 0}}"#, #"routes."/a": min_interval_ms is a whole"#),
        ("/a", #"{"events": true}"#, #"routes."/a": No broadcast events are declared"#),
        ("/a", #"{"feed": "user:1", "query": {"since": "then"}}"#, #"routes."/a": since is now, or left out"#),
        (
            "/a", #"{"feed": "user:1", "query": {"min_interval_ms": 0}}"#,
            #"routes."/a": min_interval_ms is a whole number from 1 to 3600000"#
        ),
        (
            "POST /send", #"{"feed": "user:1", "set": {"a": "{b"}}"#,
            path + #".set.a in config.json is "{b": a brace begins or ends a placeholder"#
        ),
        (
            "POST /send", #"{"feed": "user:1", "set": {"a": [{"b": "{c"}]}}"#,
            path + #".set.a in config.json is [{"b":"{c"}]: a brace begins or ends a placeholder"#
        ),
        ("POST /send", #"{"feed": "user:1", "set": []}"#, path + ".set in config.json is []: allowed is an object"),
        (
            "/{user}/a", #"{"feed": "user:1"}"#,
            #"routes."/{user}/a" in config.json: user stands for whoever asks, so no parameter has this name"#
        ),
        ("POST /send", #"{"feed": "user:1", "require": ["user"]}"#, path + ".require in config.json: user stands for"),
        ("POST /send", #"{"feed": "user:1", "body": ["user"]}"#, path + ".body in config.json: user stands for"),
        (
            "POST /send", #"{"feed": "user:1", "max_length": {"user": 1}}"#,
            path + ".max_length in config.json: user stands for"
        ),
        (
            "POST /send", #"{"feed": "user:1", "max_length": {"a": 0}}"#,
            path + ".max_length.a in config.json is 0: allowed is a whole number from 1 to 16777216"
        ),
        (
            "POST /send", #"{"feed": "user:1", "per_minute": 0}"#,
            path + ".per_minute in config.json is 0: allowed is a whole number from 1 to 1000000"
        ),
        (
            "POST /send", #"{"feed": "user:1", "set": {"a": "{user}"}}"#,
            path + #" needs {user}, and auth.mode is "open""#
        ),
    ])
    func `what could never be served stops the start`(name: String, members: String, line: String) throws {
        let failure = try #require(try failure(#"{"routes": {"\#(name)": \#(members)}}"#))
        #expect(failure.hasPrefix(line) && !failure.contains("\n"), "\(failure)")
    }

    @Test func `an identity publishes only where readers may`() throws {
        func failing(_ members: String) throws -> String? {
            try failure(#"{"auth": {"mode": "proxy"}, "routes": {"POST /send": {\#(members)}}}"#)
        }
        let advice = Self.path + #" needs {user}, and an admin key has no identity: add "who": "reader""#
        #expect(try failing(#""feed": "user:{user}""#) == advice)
        #expect(try failing(#""feed": "user:1", "set": {"a": [{"b": "{user}"}]}"#) == advice)
        #expect(try failing(#""feed": "user:{user}", "who": "reader""#) == nil)
    }

    @Test func `a route has no more feeds than a stream may have`() throws {
        func failing(_ feeds: String) throws -> String? {
            try failure(#"{"server": {"max_feeds_per_stream": 2}, "routes": {"/a": {"feeds": [\#(feeds)]}}}"#)
        }
        #expect(try failing(#""user:{a}", "user:{b}""#) == nil)
        #expect(
            try failing(#""user:{a}", "user:{b}", "user:{c}""#)
                == #"routes."/a" has 3 feeds, and server.max_feeds_per_stream is 2"#)
    }

    @Test func `what is stored nowhere has no history`() throws {
        let kind = #""kinds": {"typing": {"source": "list", "list": "t:{id}", "ephemeral": true}}"#
        func failing(_ members: String) throws -> String? {
            try failure(#"{\#(kind), "routes": {"/a": {"feed": "typing:1"\#(members)}}}"#)
        }
        #expect(try failing("") == nil)
        #expect(try failing(#", "history": true"#)?.contains("The kind typing is ephemeral") == true)
    }

    @Test func `no two routes are meant by one request`() throws {
        func failing(_ first: String, _ second: String) throws -> Bool {
            let feed = #"{"feed": "user:1"}"#
            return try failure(#"{"routes": {"\#(first)": \#(feed), "\#(second)": \#(feed)}}"#)?.contains(
                "another route") == true
        }
        #expect(try failing("/a", "GET /a") && failing("/a/{x}", "/a/b") && failing("/a/{x}", "/{y}/b"))
        #expect(try !failing("/a", "POST /a") && !failing("/a/{x}", "/b/{x}") && !failing("/a/{x}", "/a"))
    }
}

/// Generators, as the file declares them.
struct ConfigurationGeneratorsTests {
    @Test func `what is declared reads back as it was printed, and has its limits`() throws {
        let configuration = try load(
            """
            {"generators": {"user:1": {"command": ["./stats.sh"]}, "user:2": {"command": ["curl", "-s", "http://x/"],
             "every_ms": 60000}, "user:3": {"command": ["true"], "timeout_ms": 500}}}
            """)
        #expect(configuration.generators.map(\.everyMilliseconds) == [1000, 60_000, 1000])
        #expect(configuration.generators.map(\.timeoutMilliseconds) == [10_000, 60_000, 500])
        let printed = String(decoding: configuration.encoded(), as: UTF8.self)
        #expect(try load(printed).generators == configuration.generators)
    }

    @Test(arguments: [
        ("user", #"{"command": ["a"]}"#, "generators.user in config.json: a generator is named by its feed"),
        ("chat:1", #"{"command": ["a"]}"#, #"generators."chat:1": no kind chat is declared; add it to kinds."#),
        ("user:1", "{}", #"generators."user:1".command is missing in config.json: the program and its arguments"#),
        ("user:1", #"{"command": []}"#, #"generators."user:1".command in config.json is []: allowed is a list"#),
        ("user:1", #"{"command": "ls"}"#, #"generators."user:1".command in config.json is "ls": allowed is a list"#),
        (
            "user:1", #"{"command": ["a", 1]}"#,
            #"generators."user:1".command in config.json is ["a",1]: allowed is a list"#
        ),
        (
            "user:1", #"{"command": ["a"], "every_ms": 99}"#,
            #"generators."user:1".every_ms in config.json is 99: allowed is a whole number from 100 to 86400000"#
        ),
        (
            "user:1", #"{"command": ["a"], "every": 1}"#,
            #"unknown key generators."user:1".every in config.json: "#
        ),
    ])
    func `what could never run stops the start`(feed: String, members: String, line: String) throws {
        let failure = try #require(try failure(#"{"generators": {"\#(feed)": \#(members)}}"#))
        #expect(failure.hasPrefix(line), "\(failure)")
    }
}
