// Checks of what ssebench reads with: fed byte by byte, a response has to give the same as in one piece.
#include "bench.h"
#include "eventstream.h"
#include "histogram.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static unsigned failed;

static void expect(bool holds, const char *what) {
    if (holds) return;
    failed++;
    fprintf(stderr, "failed: %s\n", what);
}

static void a_chunked_body_is_the_same_in_any_pieces(void) {
    static const char body[] = "5\r\nid: 1\r\n1;x=ab\r\n\n\r\n0C\r\ndata: {}\r\n\r\n\r\n0\r\n\r\n";
    static const char content[] = "id: 1\ndata: {}\r\n\r\n";
    for (size_t step = 1; step <= sizeof body; step++) {
        struct dechunker chunks = {0};
        char whole[sizeof body] = "";
        size_t length = 0;
        for (size_t at = 0; at < sizeof body - 1; at += step) {
            char piece[sizeof body];
            size_t part = sizeof body - 1 - at < step ? sizeof body - 1 - at : step;
            memcpy(piece, body + at, part);
            ssize_t decoded = dechunk(&chunks, piece, part);
            if (decoded < 0) break;
            memcpy(whole + length, piece, (size_t)decoded);
            length += (size_t)decoded;
        }
        expect(length == sizeof content - 1 && memcmp(whole, content, length) == 0, "chunked content in pieces");
        expect(dechunked_all(&chunks), "the last chunk is seen");
    }
    struct dechunker chunks = {0};
    char broken[] = "2\r\nabc\r\n";
    expect(dechunk(&chunks, broken, sizeof broken - 1) < 0, "a chunk longer than its size is refused");
}

static void a_block_waits_for_its_blank_line(void) {
    static const char text[] = "event: welcome\r\nid: f1.a.7\r\ndata: {\"seq\":12,\n"
                               "data: \"t_ns\":5}\r\n\r\n: ping\n\n";
    struct event_block block;
    size_t first = strlen(text) - strlen(": ping\n\n");
    for (size_t length = 0; length < first; length++)
        expect(next_block(text, length, &block) == 0, "a part is no block");
    expect(next_block(text, strlen(text), &block) == first, "a block ends with its blank line");
    expect(block.has_name && block.name_length == 7 && memcmp(block.name, "welcome", 7) == 0, "the name");
    expect(block.has_id && block.id_length == 6 && memcmp(block.id, "f1.a.7", 6) == 0, "the id");
    uint64_t number;
    const char *from = block.data, *end = block.data + block.data_length;
    expect(block.has_data, "the data");
    expect(next_number(&from, end, "\"seq\":", &number) && number == 12, "a number of the first line");
    expect(next_number(&from, end, "\"t_ns\":", &number) && number == 5, "a number of the second line");
    expect(!next_number(&from, end, "\"seq\":", &number), "no number behind the block");
    expect(next_block(text + first, 8, &block) == 8 && !block.has_data, "a comment has no data");
    expect(next_block("database: x\n\n", 13, &block) == 13 && !block.has_data, "another field is not data");
}

static void a_head_is_read_when_it_is_whole(void) {
    static const char text[] = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream; charset=utf-8\r\n"
                               "Transfer-Encoding: chunked\r\n\r\nrest";
    struct response_head head;
    for (size_t length = 0; length < strlen(text) - 4; length++)
        expect(read_head(text, length, &head) == 0, "a part is no head");
    expect(read_head(text, strlen(text), &head) == 1 && head.length == strlen(text) - 4, "the head's length");
    expect(head.status == 200 && head.event_stream && head.chunked, "status, type and coding");
    expect(read_head("SSH-2.0-x\r\n\r\n", 13, &head) == -1, "another protocol is refused");
}

static void a_quantile_is_within_a_hundredth(void) {
    static struct histogram histogram;
    for (uint64_t value = 1; value <= 1000000; value++) histogram_add(&histogram, value);
    for (unsigned percent = 1; percent < 100; percent++) {
        double wanted = 10000.0 * percent, got = (double)histogram_quantile(&histogram, percent / 100.0);
        expect(got > wanted * 0.99 && got < wanted * 1.01, "a quantile");
    }
    expect(histogram.count == 1000000 && histogram.max == 1000000, "count and maximum");
    histogram_add(&histogram, UINT64_MAX);
    expect(histogram_quantile(&histogram, 1) > UINT64_MAX / 2, "the largest value has a bucket");
}

static void a_notification_has_its_size_and_numbers(void) {
    char text[201] = "", key[32];
    write_notification(text, 200, 7, 3, 123456789);
    expect(strlen(text) == 200 && text[199] == '}', "the size");
    expect(strncmp(text, "{\"id\":\"7-3\",\"seq\":3,\"t_ns\":123456789,", 37) == 0, "the numbers");
    expect(expand(key, sizeof key, "user:{n}:x{n}", 42) == 11 && strcmp(key, "user:42:x42") == 0, "a template");
}

int main(void) {
    a_chunked_body_is_the_same_in_any_pieces();
    a_block_waits_for_its_blank_line();
    a_head_is_read_when_it_is_whole();
    a_quantile_is_within_a_hundredth();
    a_notification_has_its_size_and_numbers();
    puts(failed ? "failed" : "passed");
    return failed ? 1 : 0;
}
