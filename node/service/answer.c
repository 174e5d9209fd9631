#include "answer.h"

#include <stdio.h>
#include <string.h>

#include "hanse/check.h"

int answer_ok(struct hanse_answer *answer, json_t *json)
{
    HANSE_CHECK(json != NULL); /* jansson gives NULL for lack of memory, and for our own mistakes */
    json_decref(answer->json);
    answer->json = json;
    return HANSE_OK;
}

int answer_error(struct hanse_answer *answer, int error, const char *fix, const char *format, ...)
{
    struct hanse_buffer message;
    va_list args;
    hanse_buffer_init(&message);
    va_start(args, format);
    hanse_buffer_vprintf(&message, format, args);
    va_end(args);
    json_t *json = json_pack("{s:s}", "error", hanse_error_name(error));
    json_t *text = json_stringn(message.data, message.size);
    /* Names that a user gave may be anything; the sentence of the error is always text. */
    json_object_set_new(json, "message", text != NULL ? text : json_string(hanse_error_sentence(error)));
    if (fix != NULL)
        json_object_set_new(json, "fix", json_string(fix));
    hanse_buffer_release(&message);
    answer_ok(answer, json);
    return error;
}

static const struct {
    int error;
    const char *why;
    const char *fix;
} FAILURES[] = {
    {HANSE_E_CATCHING_UP,
     "signing is paused until this node has asked the mesh for everything that it published before",
     "Wait until another node can be reached: `hanse status` shows it. If this home is surely the newest "
     "copy, start "
     "it once with `hanse up --offline`."},
    {HANSE_E_FROZEN,
     "the journal is frozen, because two histories of it were signed with its key: by a copy of this home, "
     "by "
     "an "
     "old backup of it, or by whoever stole the key",
     "Stop all copies of the home but one, keep the files that were published since the two parted, and ask "
     "the council to settle it. `hanse status` shows where the journal ends."},
    {HANSE_E_NOT_WRITER, "the signing key of this home is not the one that the domain has now",
     "Use the home that holds the present key, or replace the key with the recovery file: `hanse key "
     "rotate`."},
    {HANSE_E_UNREACHABLE, "no node runs in this home", "Start it: `hanse up`."},
    {HANSE_E_BUSY, "the node has too much to do just now", "Try again in a moment."},
    {HANSE_E_DISK_FULL, "the disk is full", "Make room on the disk that holds the home, then try again."},
    {HANSE_E_IO, "the disk did not take it",
     "Look at the system's messages about the disk; `hanse doctor` checks the home."},
    {HANSE_E_CORRUPT, "stored data is damaged",
     "A running node mends itself from the mesh: try again in a minute. Else: `hanse restore --from-mesh`."},
    {HANSE_E_LOCKED, "another process uses this home", "Stop it, or ask it: the node answers over HTTP."},
    {HANSE_E_NEWER_SCHEMA, "a newer version of hanse wrote the database", "Install that version."},
    {HANSE_E_TIMED_OUT, "no answer came in time", "Try again; `hanse status` shows whether the node runs."},
    {HANSE_E_TOO_LARGE, "it is too large", "Split it."},
    {HANSE_E_NOT_FOUND, "this home has no database yet", "Start the node once: `hanse up`."},
};

int answer_failure(struct hanse_answer *answer, int error, const char *what)
{
    for (size_t i = 0; i < sizeof FAILURES / sizeof FAILURES[0]; i++) {
        if (FAILURES[i].error == error)
            return answer_error(answer, error, FAILURES[i].fix, "%s: %s", what, FAILURES[i].why);
    }
    /* The sentences about journals are the protocol's own words, and people need not know those. */
    bool protocol = error <= HANSE_E_BAD_ENTRY && error >= HANSE_E_FORK;
    return answer_error(answer, error, NULL, "%s: %s", what,
                        protocol ? "the rules of the mesh do not allow it" : hanse_error_sentence(error));
}

int answer_read(struct hanse_answer *answer, int error, json_t *json)
{
    return error == HANSE_OK ? answer_ok(answer, json)
                             : answer_failure(answer, error, "The catalogue cannot be read");
}

int answer_unwritten(struct hanse_answer *answer, int error, const char *what)
{
    if (error != HANSE_E_IO)
        return answer_failure(answer, error, what);
    return answer_error(
        answer, error,
        "Look at the system's messages about the disk; `hanse doctor` checks the home. Then do "
        "the same again: what turns out to be stored is not stored twice.",
        "%s, as far as this node knows: the disk did not take it. It may be stored all the "
        "same, and show when the node starts anew",
        what);
}

int answer_body_missing(struct hanse_answer *answer, const char *name)
{
    return answer_error(answer, HANSE_E_NOT_FOUND,
                        "Try again when more of the mesh is reachable: `hanse status`.",
                        "The document of %s is not on this node", name);
}

int answer_original(struct hanse_answer *answer, int error, const char *name, struct hanse_buffer *content,
                    const struct hanse_buffer *media)
{
    if (error == HANSE_E_NOT_FOUND)
        return answer_body_missing(answer, name);
    if (error != HANSE_OK)
        return answer_failure(answer, error, "The catalogue cannot be read");
    answer->media = strcmp(media->data, "json") == 0 ? "application/json" : "application/yaml";
    answer->raw = *content;
    hanse_buffer_init(content);
    return HANSE_OK;
}

void answer_add(struct hanse_answer *answer, const char *name, json_t *value)
{
    HANSE_CHECK(json_object_set_new(answer->json, name, value) == 0);
}

void hanse_answer_release(struct hanse_answer *answer)
{
    json_decref(answer->json);
    if (answer->raw.data != NULL)
        hanse_buffer_release(&answer->raw);
    *answer = (struct hanse_answer){0};
}
