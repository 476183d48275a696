#include "eventstream.h"

#include <string.h>
#include <strings.h>

/// The value of header `name` within a head, without the space before it; its end is the line's.
static const char *header(const char *head, const char *end, const char *name, size_t *length) {
    size_t name_length = strlen(name);
    for (const char *line = head; line < end;) {
        const char *newline = memchr(line, '\n', (size_t)(end - line));
        if (!newline) return NULL;
        if ((size_t)(newline - line) > name_length && line[name_length] == ':' &&
            strncasecmp(line, name, name_length) == 0) {
            const char *value = line + name_length + 1;
            while (*value == ' ' || *value == '\t') value++;
            *length = (size_t)(newline - value);
            return value;
        }
        line = newline + 1;
    }
    return NULL;
}

int read_head(const char *text, size_t length, struct response_head *head) {
    static const char version[] = "HTTP/1.";
    size_t compared = length < sizeof version - 1 ? length : sizeof version - 1;
    if (memcmp(text, version, compared) != 0) return -1;
    const char *blank = memmem(text, length, "\r\n\r\n", 4);
    if (!blank) return 0;
    if (blank - text < 12) return -1;
    *head = (struct response_head){.length = (size_t)(blank - text) + 4};
    for (int i = 9; i < 12; i++) {
        if (text[i] < '0' || text[i] > '9') return -1;
        head->status = head->status * 10 + text[i] - '0';
    }
    size_t value_length;
    const char *end = blank + 2, *value = header(text, end, "Content-Type", &value_length);
    head->event_stream = value && value_length >= 17 && strncasecmp(value, "text/event-stream", 17) == 0;
    value = header(text, end, "Transfer-Encoding", &value_length);
    head->chunked = value && value_length >= 7 && strncasecmp(value, "chunked", 7) == 0;
    return 1;
}

enum { CHUNK_SIZE, CHUNK_EXTENSION, CHUNK_DATA, CHUNK_END_CR, CHUNK_END_LF, CHUNK_LAST };

static int hex_digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool take_size_byte(struct dechunker *chunks, char byte) {
    int digit = hex_digit(byte);
    if (digit >= 0) {
        if (chunks->state != CHUNK_SIZE) return true;
        if (++chunks->digits > 7) return false;
        chunks->left = chunks->left * 16 + (uint32_t)digit;
    } else if (byte == '\n') {
        if (chunks->digits == 0) return false;
        chunks->digits = 0;
        chunks->state = chunks->left ? CHUNK_DATA : CHUNK_LAST;
    } else {
        chunks->state = CHUNK_EXTENSION;
    }
    return true;
}

ssize_t dechunk(struct dechunker *chunks, char *bytes, size_t length) {
    char *out = bytes;
    for (size_t at = 0; at < length;) {
        switch (chunks->state) {
        case CHUNK_SIZE:
        case CHUNK_EXTENSION:
            if (!take_size_byte(chunks, bytes[at++])) return -1;
            break;
        case CHUNK_DATA: {
            size_t part = length - at < chunks->left ? length - at : chunks->left;
            memmove(out, bytes + at, part);
            out += part;
            at += part;
            chunks->left -= (uint32_t)part;
            if (chunks->left == 0) chunks->state = CHUNK_END_CR;
            break;
        }
        case CHUNK_END_CR:
            if (bytes[at++] != '\r') return -1;
            chunks->state = CHUNK_END_LF;
            break;
        case CHUNK_END_LF:
            if (bytes[at++] != '\n') return -1;
            chunks->state = CHUNK_SIZE;
            break;
        default:
            at = length;  // Trailers say nothing about events.
        }
    }
    return out - bytes;
}

bool dechunked_all(const struct dechunker *chunks) { return chunks->state == CHUNK_LAST; }

/// The value of a line `name: value`, or NULL where the line is another field's.
static const char *field(const char *line, const char *end, const char *name, size_t name_length, size_t *length) {
    if ((size_t)(end - line) < name_length || memcmp(line, name, name_length) != 0) return NULL;
    const char *value = line + name_length;
    if (value < end && *value != ':') return NULL;
    if (value < end) value++;
    if (value < end && *value == ' ') value++;
    *length = (size_t)(end - value);
    return value;
}

size_t next_block(const char *text, size_t length, struct event_block *block) {
    const char *end = text + length;
    *block = (struct event_block){0};
    for (const char *line = text; line < end;) {
        const char *newline = memchr(line, '\n', (size_t)(end - line));
        if (!newline) return 0;
        const char *line_end = newline > line && newline[-1] == '\r' ? newline - 1 : newline;
        size_t value_length;
        const char *value;
        if (line_end == line) {
            if (block->has_data) block->data_length = (size_t)(line - block->data);
            return (size_t)(newline + 1 - text);
        }
        if ((value = field(line, line_end, "data", 4, &value_length))) {
            if (!block->has_data) block->data = value;
            block->has_data = true;
        } else if ((value = field(line, line_end, "event", 5, &value_length))) {
            block->name = value;
            block->name_length = value_length;
            block->has_name = true;
        } else if ((value = field(line, line_end, "id", 2, &value_length))) {
            block->id = value;
            block->id_length = value_length;
            block->has_id = true;
        }
        line = newline + 1;
    }
    return 0;
}

bool next_number(const char **from, const char *end, const char *key, uint64_t *value) {
    size_t key_length = strlen(key);
    const char *found = memmem(*from, (size_t)(end - *from), key, key_length);
    if (!found) return false;
    const char *digit = found + key_length;
    *value = 0;
    while (digit < end && *digit >= '0' && *digit <= '9') *value = *value * 10 + (uint64_t)(*digit++ - '0');
    *from = digit;
    return true;
}
