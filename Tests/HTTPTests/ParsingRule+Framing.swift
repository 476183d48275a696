extension ParsingRule {
    static let framing = [
        ParsingRule(
            "§6.3: without Content-Length and Transfer-Encoding there is no body", .taken(2),
            "POST / HTTP/1.1\r\nHost: a\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n"),
        ParsingRule(
            "§6.2: Content-Length is one decimal number", .taken(1),
            framings: "Content-Length: 5", "content-length:5", "Content-Length:\t00005 "),
        ParsingRule(
            "§6.3: any other is refused", .refused(.badRequest), framings: "Content-Length: +5", "Content-Length: -5",
            "Content-Length: 5,5", "Content-Length: 5, 5", "Content-Length: 5,", "Content-Length: 0x5",
            "Content-Length:",
            "Content-Length: 5 5", "Content-Length: 5.0", "Content-Length: 5e0", "Content-Length: \u{B2}",
            "Content-Length: 5;", "Content-Length: \"5\"", "Content-Length: 5\r\nContent-Length: 5",
            "Content-Length: 5\r\ncontent-length: 6"),
        ParsingRule(
            "§6.3: a length that no number holds is too large", .refused(.contentTooLarge),
            framings: "Content-Length: 99999999999999999999999", "Content-Length: 9223372036854775808",
            "Content-Length: 18446744073709551621", "Content-Length: 1048577"),
        ParsingRule(
            "§6.1: Content-Length and Transfer-Encoding exclude each other", .refused(.badRequest),
            framings: "Content-Length: 5\r\nTransfer-Encoding: chunked",
            "Transfer-Encoding: chunked\r\nContent-Length: 5",
            "Transfer-Encoding: chunked\r\nContent-Length: 0", "Content-Length: 5\r\nTransfer-Encoding: identity"),
        ParsingRule(
            "§6.3: chunked is the last transfer coding", .refused(.badRequest), framings: "Transfer-Encoding: gzip",
            "Transfer-Encoding: identity", "Transfer-Encoding:", "Transfer-Encoding: xchunked",
            "Transfer-Encoding: chunked, gzip", "Transfer-Encoding: chunked,", "Transfer-Encoding: chunked;q=1",
            "Transfer-Encoding: \"chunked\"", "Transfer-Encoding: chunked\u{A0}", "Transfer-Encoding: chunked chunked",
            "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity"),
        ParsingRule(
            "§6.1: and is applied once", .refused(.badRequest), framings: "Transfer-Encoding: chunked, chunked",
            "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked"),
        ParsingRule(
            "§6.1: other codings before it are not implemented", .refused(.notImplemented),
            framings: "Transfer-Encoding: gzip, chunked", "Transfer-Encoding: ,chunked",
            "Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked"),
        ParsingRule(
            "§6.1: HTTP/1.0 has no transfer coding", .refused(.badRequest),
            "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
        ParsingRule(
            "§7.1: a chunked body ends with a chunk of no size", .taken(1), chunked: "0\r\n\r\n",
            "5\r\nhello\r\n0\r\n\r\n",
            "2\r\nhe\r\n3\r\nllo\r\n000\r\n\r\n", "0000000000000005\r\nhello\r\n0\r\n\r\n"),
        ParsingRule(
            "§7.1: a size is hexadecimal digits", .refused(.badRequest), chunked: "\r\n", "x\r\n", "-1\r\n", "+1\r\n",
            "0x1\r\n", " 1\r\n", "1 \r\n", "1 x\r\n", "1_0\r\n", "1,1\r\n", "\u{B2}\r\n", "00000000000000001\r\n"),
        ParsingRule(
            "§7.1: a size that no number holds is too large", .refused(.contentTooLarge),
            chunked: "ffffffffffffffff\r\n",
            "7fffffffffffffff\r\n", "8000000000000000\r\n", "100001\r\n"),
        ParsingRule(
            "§7.1: each line of it ends in CR LF", .refused(.badRequest), chunked: "1\n", "1\rx", "1\r\na\n",
            "1\r\na\rb",
            "0\r\n\n", "0\r\n\rx", "0\n\n"),
        ParsingRule(
            "§7.1: a chunk is as long as was told", .refused(.badRequest), chunked: "1\r\nab\r\n", "1\r\n\r\n\r\n",
            "1\r\na\r\n\r\n\r\n", "3\r\nab\r\n0\r\n\r\n"),
        ParsingRule(
            "§7.1.1: extensions are ignored", .taken(1), chunked: "1;a\r\nx\r\n0;b=c\r\n\r\n",
            "1 ; a = \"b;c\"\r\nx\r\n0\r\n\r\n"),
        ParsingRule(
            "§7.1.1: but have no controls", .refused(.badRequest), chunked: "1;a\n", "1;\0\r\n", "1;a\rb\r\n",
            "1;a\u{7F}\r\n"),
        ParsingRule(
            "§7.1.1: and an end", .refused(.headerFieldsTooLarge),
            chunked: "1;" + String(repeating: "e", count: 16_384),
            String(repeating: "1;" + String(repeating: "e", count: 1000) + "\r\nx\r\n", count: 17)),
        ParsingRule(
            "§7.1.2: trailers are fields, and dropped", .taken(1), chunked: "0\r\nA: b\r\nC:\r\n\r\n",
            "0\r\nContent-Length: 7\r\nHost: b\r\n\r\n"),
        ParsingRule(
            "§7.1.2: like all fields they are checked", .refused(.badRequest), chunked: "0\r\nbad\r\n", "0\r\n: x\r\n",
            "0\r\n x: y\r\n", "0\r\nA: \0\r\n", "0\r\nA: b\n", "0\r\nA : b\r\n", "0\r\nA: b\r\n c\r\n",
            "0\r\nGET / HTTP/1.1\r\n"),
        ParsingRule(
            "§7.1.2: and have an end", .refused(.headerFieldsTooLarge),
            chunked: "0\r\nA: " + String(repeating: "b", count: 16_384),
            "0\r\n" + String(repeating: "A: b\r\n", count: 5000)),
        ParsingRule(
            "§9.3.2: requests follow each other", .taken(3),
            "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi"
                + "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n"
                + "GET / HTTP/1.1\r\nHost: a\r\n\r\n"),
    ]
}
