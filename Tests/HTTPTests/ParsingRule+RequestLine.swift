extension ParsingRule {
    static let requestLine = [
        ParsingRule(
            "§2.2: empty lines before a request are skipped", .taken(1), "\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n",
            "\r\n\r\n\r\n\r\nGET / HTTP/1.0\r\n\r\n"),
        ParsingRule(
            "§2.2: but not without end", .refused(.badRequest), "\r\n\r\n\r\n\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n"),
        ParsingRule(
            "§2.2: a line ends in CR LF, not in LF alone", .refused(.badRequest), "\n", "GET / HTTP/1.1\n",
            "GET / HTTP/1.1\nHost: a\n\n", "GET / HTTP/1.1\r\nHost: a\n\r\n", "GET / HTTP/1.1\r\nHost: a\r\n\n"),
        ParsingRule(
            "§2.2: a bare CR is no line end", .refused(.badRequest), "\rGET / HTTP/1.1\r\n", "GET /\rX HTTP/1.1\r\n",
            "GET / HTTP/1.1\r\r\n", "GET\r/ HTTP/1.1\r\n", "GET / HTTP/1.1\rHost: a\r\n\r\n"),
        ParsingRule(
            "§2.2: what is not HTTP is refused", .refused(.badRequest), "\u{16}\u{3}\u{1}\u{2}\0\u{1}\0\u{1}\u{FC}",
            "\u{80}\u{2E}\u{1}\u{3}\u{1}", "SSH-2.0-OpenSSH_9.2\r\n", "\0", "\u{FF}", "*1\r\n$4\r\nPING\r\n",
            "{\"id\":1}\r\n", "EHLO a\r\n"),
        ParsingRule(
            "§2.3: a version is HTTP, two digits and a dot, in capitals", .refused(.badRequest), "GET / http/1.1\r\n",
            "GET / HTTP/1\r\n", "GET / HTTP/11\r\n", "GET / HTTP/1.10\r\n", "GET / HTTP/01.1\r\n", "GET / HTTP/1,1\r\n",
            "GET / HTTP/1.x\r\n", "GET / HTTPS/1.1\r\n", "GET / HTTP 1.1\r\n", "GET / ICY/1.1\r\n"),
        ParsingRule(
            "RFC 9110 §2.5: a higher minor version is read as 1.1", .taken(1), "GET / HTTP/1.9\r\nHost: a\r\n\r\n"),
        ParsingRule(
            "RFC 9110 §15.6.6: another major version is not supported", .refused(.versionNotSupported),
            "GET / HTTP/0.9\r\n", "GET / HTTP/2.0\r\n", "GET / HTTP/3.0\r\nHost: a\r\n\r\n", "GET /\r\n",
            "GET /healthz\r\n"),
        ParsingRule(
            "RFC 9113 §3.4: the preface of HTTP/2 is told so", .refused(.versionNotSupported),
            "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
        ParsingRule(
            "§3: one space stands between the three parts", .refused(.badRequest), "GET\r\n", "GET \r\n",
            "GET  HTTP/1.1\r\n", "GET  / HTTP/1.1\r\n", "GET /  HTTP/1.1\r\n", "GET / HTTP/1.1 \r\n",
            " GET / HTTP/1.1\r\n", "GET\t/ HTTP/1.1\r\n", "GET /a b HTTP/1.1\r\n", "GET /\tx HTTP/1.1\r\n",
            "GET / HTTP/1.1\t\r\n", "GET /\u{B}HTTP/1.1 HTTP/1.1\r\n"),
        ParsingRule("§3: without any there is no version", .refused(.versionNotSupported), "GET /\tHTTP/1.1\r\n"),
        ParsingRule(
            "§3.1: a method is a token, in whatever case", .taken(1), "BREW / HTTP/1.1\r\nHost: a\r\n\r\n",
            "get / HTTP/1.1\r\nHost: a\r\n\r\n", "!#$%&'*+-.^_`|~9 / HTTP/1.1\r\nHost: a\r\n\r\n"),
        ParsingRule(
            "§3.1: and nothing else", .refused(.badRequest), "G@T / HTTP/1.1\r\n", "GE\u{C9} / HTTP/1.1\r\n",
            "GET: / HTTP/1.1\r\n", "\"GET\" / HTTP/1.1\r\n", "G\0T / HTTP/1.1\r\n", "(GET) / HTTP/1.1\r\n"),
        ParsingRule(
            "§3.2.1: the origin form begins with a slash", .taken(1),
            "GET /a//b;c=d/?e=f?g HTTP/1.1\r\nHost: a\r\n\r\n",
            "GET //a/b HTTP/1.1\r\nHost: a\r\n\r\n", "GET /%20%C3%A9 HTTP/1.1\r\nHost: a\r\n\r\n",
            "GET /?%C3%28&% HTTP/1.1\r\nHost: a\r\n\r\n"),
        ParsingRule(
            "§3.2.1: and has no fragment, no bad escape, nothing but ASCII", .refused(.badRequest),
            "GET v1 HTTP/1.1\r\n",
            "GET ?a HTTP/1.1\r\n", "GET /#top HTTP/1.1\r\n", "GET /?a#b HTTP/1.1\r\n", "GET /%zz HTTP/1.1\r\n",
            "GET /%4 HTTP/1.1\r\n", "GET /%FF HTTP/1.1\r\n", "GET /%0A HTTP/1.1\r\n",
            "GET /%00 HTTP/1.1\r\n", "GET /\u{E9} HTTP/1.1\r\n", "GET /\0 HTTP/1.1\r\n", "GET /\u{7F} HTTP/1.1\r\n"),
        ParsingRule(
            "§3.2.2: the absolute form is taken", .taken(1), "GET http://a/b?c HTTP/1.1\r\nHost: a\r\n\r\n",
            "GET HTTP://a HTTP/1.1\r\nHost: b\r\n\r\n", "GET http://[::1]:80/ HTTP/1.1\r\nHost: a\r\n\r\n",
            "GET http://a? HTTP/1.0\r\n\r\n"),
        ParsingRule(
            "§3.2.2, RFC 9110 §4.2: of http alone, with a host and no user", .refused(.badRequest),
            "GET ftp://a/ HTTP/1.1\r\n", "GET http:///a HTTP/1.1\r\n", "GET http://:80/ HTTP/1.1\r\n",
            "GET http://u@a/ HTTP/1.1\r\n", "GET http://u:p@a/ HTTP/1.1\r\n", "GET http:/a HTTP/1.1\r\n",
            "GET http://a:x/ HTTP/1.1\r\n", "GET http://[::1/ HTTP/1.1\r\n", "GET http://a#b HTTP/1.1\r\n"),
        ParsingRule(
            "§3.2.2: Host is needed all the same", .refused(.badRequest), "GET http://a/ HTTP/1.1\r\n\r\n"),
        ParsingRule(
            "§3.2.3: the authority form is for proxies", .refused(.badRequest), "CONNECT a:443 HTTP/1.1\r\n",
            "GET a:80 HTTP/1.1\r\n", "CONNECT [::1]:443 HTTP/1.1\r\n"),
        ParsingRule("§3.2.4: the asterisk is for OPTIONS", .taken(1), "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n"),
        ParsingRule(
            "§3.2.4: and for nothing else", .refused(.badRequest), "GET * HTTP/1.1\r\n", "OPTIONS ** HTTP/1.1\r\n",
            "OPTIONS *? HTTP/1.1\r\n"),
    ]
}
