extension ParsingRule {
    static let fields = [
        ParsingRule(
            "§2.2: no white space stands before the first field", .refused(.badRequest),
            "GET / HTTP/1.1\r\n Host: a\r\n\r\n", "GET / HTTP/1.1\r\n\tHost: a\r\n\r\n", "GET / HTTP/1.1\r\n \r\n\r\n"),
        ParsingRule(
            "§5: a name is a token", .taken(1), lines: "X: a", "!#$%&'*+-.^_`|~9: a", "x:a", "X:", "X:  \t "),
        ParsingRule(
            "§5: and nothing else", .refused(.badRequest), lines: "Na me: x", ": x", "Name", "Na\u{E9}: x", "N\0: x",
            "(x): y", "\"x\": y", "X@Y: z", "X\u{1}: y", "X\r: y"),
        ParsingRule(
            "§5.1: no white space stands before the colon", .refused(.badRequest), lines: "Name : x", "Name\t: x",
            "Content-Length : 5", "Transfer-Encoding : chunked", " : x"),
        ParsingRule(
            "§5.2: no line is folded", .refused(.badRequest), lines: " Name: x", "\tx", "X: a\r\n folded",
            "X: a\r\n\tfolded", "X: a\r\n ", "Transfer-Encoding:\r\n chunked"),
        ParsingRule(
            "RFC 9110 §5.5: a value has visible characters, obs-text, spaces and tabs", .taken(1),
            lines: "X: \t a \t b~!\" ", "X: \u{80}\u{FF}"),
        ParsingRule(
            "RFC 9110 §5.5: and no CR, LF, NUL or other control", .refused(.badRequest), lines: "X: a\0b", "X: a\rb",
            "X: a\nY: b", "X: a\u{7F}", "X: \u{1}", "X: \u{B}", "X: \u{C}", "X: \u{1B}[2J", "X: a\r\r",
            "Transfer-Encoding: \u{B}chunked"),
        ParsingRule(
            "§3.2: Host is sent once", .refused(.badRequest), "GET / HTTP/1.1\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", "GET / HTTP/1.1\r\nHost: a\r\nX: b\r\nhOST: b\r\n\r\n",
            "GET / HTTP/1.0\r\nHost: a\r\nHost: a\r\n\r\n"),
        ParsingRule(
            "§3.2: except that HTTP/1.0 may leave it out", .taken(1), "GET / HTTP/1.0\r\n\r\n",
            "GET / HTTP/1.0\r\nHost: a\r\n\r\n"),
        ParsingRule(
            "§3.2, RFC 3986 §3.2.2: Host is a name or an address with a port", .taken(1),
            hosts: "", " ", "localhost", "127.0.0.1:8080", "[::1]:80", "[::]", "[::ffff:1.2.3.4]", "[fe80::1]",
            "[1:2:3:4:5:6:7:8]", "[1:2:3:4:5:6:7::]", "[::2:3:4:5:6:7:8]", "a_b.c-d~e%41", "host:", "a,b"),
        ParsingRule(
            "§3.2: any other is refused", .refused(.badRequest), hosts: "a b", "a/b", "u@a", "a:80x", "a:80:80",
            "[::1", "[]", "[x]", "[::1]x", "[::1]]", "a%4", "a%zz", "a\u{E9}", "a?b", "a#b", "a\\b", "http://a"),
        ParsingRule(
            "RFC 3986 §3.2.2: brackets hold an IPv6 address", .refused(.badRequest), hosts: "[:]", "[1]", "[dead]",
            "[1.2.3.4]", "[:::]", "[1::2::3]", "[1:2:3:4:5:6:7]", "[1:2:3:4:5:6:7:8:9]", "[1:2:3:4:5:6:7:8::]",
            "[12345::]", "[::1.2.3]", "[::1.2.3.256]", "[::1.2.3.04]", "[1.2.3.4::]", "[::1:]", "[:1::]",
            "[1:2:3:4:5:6:7:1.2.3.4]", "[fe80::1%25eth0]", "[v1.a]"),
        ParsingRule(
            "RFC 9110 §10.1.1: to wait for 100 Continue is the one expectation", .refused(.expectationFailed),
            lines: "Expect: 200-ok", "Expect: 100-continue, x", "Expect:",
            "Expect: 100-continue\r\nExpect: 100-continue"),
        ParsingRule(
            "RFC 9110 §10.1.1: and HTTP/1.0 has none", .taken(1), "GET / HTTP/1.0\r\nExpect: anything\r\n\r\n"),
        ParsingRule(
            "RFC 9110 §7.8: an upgrade is ignored", .taken(1), lines: "Connection: Upgrade\r\nUpgrade: websocket",
            "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__"),
    ]
}
