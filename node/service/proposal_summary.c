/* What a proposal does, in words, from the bytes that are signed and nothing else. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "hanse/glossary.h"
#include "params.h"
#include "proposal_file.h"

/* Adds the line and empties it. */
static void end_line(json_t *lines, struct hanse_buffer *line)
{
    json_array_append_new(lines, bytes_json(hanse_buffer_bytes(line)));
    hanse_buffer_reset(line);
}

static void describe_admission(const struct hanse_entry *entry, struct hanse_bytes salted,
                               struct hanse_buffer *line)
{
    struct hanse_admission admission;
    char print[FINGERPRINT_SIZE];
    if (hanse_admission_decode(hanse_body_content(salted), &admission) != HANSE_OK) {
        hanse_buffer_printf(line, "puts an entry for the domain %.*s that no node can read",
                            (int)entry->key.size, (const char *)entry->key.data);
        return;
    }
    hanse_buffer_printf(line, "admits the domain %.*s: journal %s", (int)entry->key.size,
                        (const char *)entry->key.data, fingerprint(admission.journal.bytes, print));
    for (uint32_t i = 0; i < admission.key_count; i++)
        hanse_buffer_printf(line, ", node %s", fingerprint(admission.keys[i].bytes, print));
}

/* A term as its body has it: what members sign is what they are shown. */
static void describe_term(const struct hanse_entry *entry, struct hanse_bytes salted,
                          struct hanse_buffer *line)
{
    struct hanse_bytes content = hanse_body_content(salted);
    hanse_buffer_printf(line, "defines the term %.*s: %.*s", (int)entry->key.size,
                        (const char *)entry->key.data, (int)content.size, (const char *)content.data);
}

static void describe_entry(const struct proposal_file *file, uint32_t index, struct hanse_buffer *line)
{
    struct hanse_entry entry;
    struct hanse_bytes salted = hanse_buffer_bytes(&file->salted[index]);
    if (hanse_entry_decode(file->proposal.entries[index], &entry) != HANSE_OK)
        return; /* the proposal's decoder has refused that */
    bool domain = hanse_bytes_equal_text(entry.kind, HANSE_KIND_DOMAIN);
    if (domain && entry.operation == HANSE_PUT)
        describe_admission(&entry, salted, line);
    else if (domain)
        hanse_buffer_printf(line, "suspends the domain %.*s", (int)entry.key.size,
                            (const char *)entry.key.data);
    else if (hanse_bytes_equal_text(entry.kind, HANSE_KIND_TERM) && entry.operation == HANSE_PUT)
        describe_term(&entry, salted, line);
    else
        hanse_buffer_printf(line, "%s %.*s %.*s (%u bytes)",
                            entry.operation == HANSE_PUT ? "puts" : "withdraws", (int)entry.kind.size,
                            (const char *)entry.kind.data, (int)entry.key.size, (const char *)entry.key.data,
                            entry.body_size);
}

static void describe_precondition(const struct hanse_precondition *condition, struct hanse_buffer *line)
{
    hanse_buffer_printf(line, "only while %s %.*s %.*s",
                        condition->present ? "there is this very" : "there is no", (int)condition->kind.size,
                        (const char *)condition->kind.data, (int)condition->key.size,
                        (const char *)condition->key.data);
}

static void describe_members(const struct council_record *record, struct hanse_buffer *line)
{
    char print[FINGERPRINT_SIZE];
    hanse_buffer_printf(line, "needs %u of %u signatures:", record->authority.threshold,
                        record->authority.member_count);
    for (uint32_t i = 0; i < record->authority.member_count; i++) {
        const struct hanse_public_key *key = &record->authority.members[i];
        hanse_buffer_append_text(line, i == 0 ? " " : ", ");
        record_member(record, key, line);
        hanse_buffer_printf(line, " (%s)", fingerprint(key->bytes, print));
    }
}

json_t *proposal_file_summary(const struct proposal_file *file)
{
    struct hanse_buffer line;
    char print[FINGERPRINT_SIZE];
    json_t *lines = json_array(), *expiry = time_json(file->proposal.expiry_ms);
    hanse_buffer_init(&line);
    hanse_buffer_printf(&line, "in the mesh %s", fingerprint(file->proposal.mesh.bytes, print));
    end_line(lines, &line);
    for (uint32_t i = 0; i < file->proposal.entry_count; i++) {
        describe_entry(file, i, &line);
        end_line(lines, &line);
    }
    for (uint32_t i = 0; i < file->proposal.precondition_count; i++) {
        describe_precondition(&file->proposal.preconditions[i], &line);
        end_line(lines, &line);
    }
    if (file->has_record) {
        describe_members(&file->record, &line);
        end_line(lines, &line);
    }
    hanse_buffer_printf(&line, "expires at %s", json_is_string(expiry) ? json_string_value(expiry) : "once");
    end_line(lines, &line);
    json_decref(expiry);
    hanse_buffer_release(&line);
    return lines;
}
