// Incremental reading of a text/event-stream response: head, chunked coding, blocks. Pure: no I/O.
#ifndef EVENTSTREAM_H
#define EVENTSTREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct response_head {
    size_t length;  // of the head, its blank line included
    int status;
    bool event_stream, chunked;
};

/// Reads a response head. Returns 1 when it is whole, 0 when more is needed, -1 when it is not HTTP.
int read_head(const char *text, size_t length, struct response_head *head);

/// Where the decoder of a chunked body stands between two reads (RFC 9112 section 7.1).
struct dechunker {
    uint32_t left;
    uint8_t state, digits;
};

/// Decodes in place; returns how many bytes of content are left at the front, or -1 where the coding is broken.
ssize_t dechunk(struct dechunker *chunks, char *bytes, size_t length);

/// True once the last chunk was seen.
bool dechunked_all(const struct dechunker *chunks);

struct event_block {
    const char *name, *id, *data;  // `data` runs from the first data line to the block's end
    size_t name_length, id_length, data_length;
    bool has_name, has_id, has_data;
};

/// Reads one block up to its blank line; lines end with LF or CRLF. Returns the bytes taken, 0 when more is needed.
size_t next_block(const char *text, size_t length, struct event_block *block);

/// Finds the next `"key":NUMBER` at or after `*from`, moving `*from` behind it; `key` holds the quotes and the colon.
bool next_number(const char **from, const char *end, const char *key, uint64_t *value);

#endif
