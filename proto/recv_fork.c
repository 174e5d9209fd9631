/* PROTOCOL.md, "Links": FORK. */
#include "engine_private.h"

void recv_fork(struct hanse_engine *e, struct link *link, struct hanse_bytes message, struct hanse_reader *r)
{
    (void)message;
    struct hanse_fork_proof proof;
    size_t elements = message_open(r, MESSAGE_FORK);
    struct hanse_bytes encoded = hanse_read_binary(r, HANSE_FORK_PROOF_MAX);
    message_close(r, MESSAGE_FORK, elements);
    if (hanse_reader_finish(r) != HANSE_OK)
        return;
    int error = !link_is_member(link) ? HANSE_E_NOT_ADMITTED : hanse_fork_proof_decode(encoded, &proof);
    struct ledger *ledger = error == HANSE_OK ? ledger_find(e, &proof.journal) : NULL;
    if (error == HANSE_OK && (ledger == NULL || (!ledger->admitted && !ledger->own)))
        error = HANSE_E_UNKNOWN_JOURNAL;
    if (error == HANSE_OK && ledger->frozen && proof.prefix.size >= ledger->journal.held_size)
        return; /* nothing new: of several proofs the lowest counts */
    if (error == HANSE_OK &&
        (ledger->journal.held_size == 0 || proof.prefix.size > ledger->journal.held_size))
        error = HANSE_E_GAP; /* it is told again when the entries before the cut are here */
    if (error == HANSE_OK && e->pending_bytes + encoded.size > HANSE_PENDING_BYTES)
        error = HANSE_E_BUSY;
    if (error != HANSE_OK) {
        hanse_reader_fail(r, error);
        return;
    }
    /* Commits that are being compared need not be any more if this one holds. If not, ours is a third
     * history, and every peer that tells of theirs would have us begin anew. */
    struct inquiry *interrupted = ledger->inquiry;
    ledger->inquiry = NULL;
    struct inquiry *inquiry = inquiry_begin(e, link, ledger, false);
    if (inquiry == NULL) {
        ledger->inquiry = interrupted;
        hanse_reader_fail(r, HANSE_E_BUSY);
        return;
    }
    inquiry->interrupted = interrupted;
    hanse_buffer_append(&inquiry->proof, encoded.data, encoded.size);
    inquiry->deadline_ms = UINT64_MAX; /* our disk answers at once */
    e->pending_bytes += encoded.size;
    ask_disk(e, ledger, proof.prefix.size, true);
}
