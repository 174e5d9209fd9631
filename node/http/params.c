#include "params.h"

#include <string.h>

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (char)(c | 0x20);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

json_t *http_params_decode(const char *text, size_t size, bool plus)
{
    struct hanse_buffer out;
    hanse_buffer_init(&out);
    json_t *value = NULL;
    for (size_t i = 0; i < size; i++) {
        int byte = (unsigned char)text[i];
        if (byte == '%') {
            int high = i + 2 < size ? hex_digit(text[i + 1]) : -1;
            int low = i + 2 < size ? hex_digit(text[i + 2]) : -1;
            if (high < 0 || low < 0)
                goto out;
            byte = high << 4 | low;
            i += 2;
        } else if (byte == '+' && plus) {
            byte = ' ';
        }
        if (byte == 0)
            goto out;
        hanse_buffer_append_byte(&out, byte);
    }
    value = json_stringn(out.data, out.size); /* NULL when it is not UTF-8 */
out:
    hanse_buffer_release(&out);
    return value;
}

int http_params_query(const char *query, json_t *params, const char **ret_why)
{
    size_t count = 0;
    while (*query != '\0') {
        size_t size = strcspn(query, "&");
        size_t name_size = strcspn(query, "=&");
        if (size == 0) {
            query++;
            continue;
        }
        json_t *name = http_params_decode(query, name_size, true);
        json_t *value = name_size < size
                            ? http_params_decode(query + name_size + 1, size - name_size - 1, true)
                            : json_string("");
        bool fits = name != NULL && value != NULL && json_string_length(name) > 0 &&
                    ++count <= HTTP_QUERY_MAX && json_object_get(params, json_string_value(name)) == NULL;
        if (fits)
            json_object_set(params, json_string_value(name), value);
        json_decref(name);
        json_decref(value);
        if (!fits) {
            *ret_why = "The query string is malformed, or names a parameter twice.";
            return HANSE_E_INVALID;
        }
        query += size;
        query += *query == '&';
    }
    return HANSE_OK;
}

/* jansson allocates about a hundred bytes a value and goes 2,048 deep: so count before it does. Strings are
 * skipped; what is no JSON may be counted wrongly, and jansson refuses it after. */
static int measure(struct hanse_bytes body)
{
    size_t depth = 0, count = 1;
    bool in_string = false;
    for (size_t i = 0; i < body.size; i++) {
        uint8_t c = body.data[i];
        if (in_string) {
            if (c == '\\')
                i++;
            else if (c == '"')
                in_string = false;
        } else if (c == '"') {
            in_string = true;
        } else if (c == '[' || c == '{') {
            count++;
            if (++depth > HTTP_JSON_DEPTH_MAX)
                return HANSE_E_TOO_DEEP;
        } else if (c == ']' || c == '}') {
            depth -= depth > 0;
        } else if (c == ',') {
            count++;
        }
        if (count > HTTP_JSON_COUNT_MAX)
            return HANSE_E_TOO_LARGE;
    }
    return HANSE_OK;
}

int http_params_body(struct hanse_bytes body, json_t *params, struct hanse_buffer *why)
{
    if (body.size == 0)
        return HANSE_OK;
    int rc = measure(body);
    if (rc != HANSE_OK) {
        hanse_buffer_printf(why, "The body is nested deeper than %u or has more than %u values.",
                            HTTP_JSON_DEPTH_MAX, HTTP_JSON_COUNT_MAX);
        return rc;
    }
    json_error_t error;
    json_t *object = json_loadb((const char *)body.data, body.size, JSON_REJECT_DUPLICATES, &error);
    if (!json_is_object(object)) {
        if (object == NULL)
            hanse_buffer_printf(why, "The body is not JSON: line %d, column %d: %s.", error.line,
                                error.column, error.text);
        else
            hanse_buffer_append_text(why, "The body must be a JSON object.");
        json_decref(object);
        return HANSE_E_INVALID;
    }
    const char *name;
    json_t *value;
    json_object_foreach(object, name, value)
    {
        if (json_object_get(params, name) != NULL) {
            hanse_buffer_append_text(why,
                                     "The body names a parameter that the path or the query string gives.");
            rc = HANSE_E_INVALID;
            break;
        }
        json_object_set(params, name, value);
    }
    json_decref(object);
    return rc;
}
