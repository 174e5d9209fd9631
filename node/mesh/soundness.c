/* Whether what is stored is sound, looked at between other work: the scrub, which reads every page of the
 * file soon after the start and once a day, and the verification that somebody waits for. Damage is not
 * mended under a running node: whoever runs it starts it anew, and the start salvages (salvage.c of the
 * store).
 *
 *   suspected ─▶ scrub ─▶ damaged: told in the view ─▶ the node starts anew ─▶ what is whole is saved
 *                                                                          └─▶ the rest comes from the mesh
 */
#include "clock.h"
#include "loop.h"

#define SCRUB_AFTER_MS 1000u /* the start has other things to do */
#define SCRUB_PAGES    64u   /* half a mebibyte: a fifth of a millisecond, from memory */
#define SCRUB_PAUSE_MS 50u   /* so at most 10 MiB a second of the disk's time */
#define SCRUB_DAY_MS   86400000u

void loop_scrub_soon(struct loop *loop)
{
    if (!loop->damaged && loop->scrub_ms > loop->now_ms + SCRUB_AFTER_MS)
        loop->scrub_ms = loop->now_ms + SCRUB_AFTER_MS;
}

static void damaged(struct loop *loop, const char *what)
{
    if (!loop->damaged)
        loop_log(
            loop, LOG_FAULT,
            "stored data is damaged (%s): nothing of it is served; when the node starts anew, it keeps what "
            "is whole and gets the rest from the mesh",
            what);
    loop->damaged = loop->changed = true;
    loop->scrub_ms = UINT64_MAX;
}

static void scrub(struct loop *loop)
{
    bool done = false;
    int error = hanse_store_scrub(loop->store, SCRUB_PAGES, &done);
    loop->scrub_ms = loop->now_ms + (done ? SCRUB_DAY_MS : SCRUB_PAUSE_MS);
    if (done)
        loop->sound_wall_ms = clock_wall_ms();
    if (error == HANSE_E_CORRUPT) {
        damaged(loop, "found by the scrub");
    } else if (error != HANSE_OK) {
        loop_log(loop, LOG_WARN, "the scrub stopped: %s (%s)", hanse_error_sentence(error),
                 hanse_error_name(error));
        loop->scrub_ms = loop->now_ms + SCRUB_DAY_MS / 24;
    }
}

bool loop_verify(struct loop *loop, struct command *command)
{
    if (loop->verification != NULL)
        command->error = HANSE_E_BUSY;
    else
        command->error = hanse_store_verify_begin(loop->store, &loop->verification);
    if (command->error != HANSE_OK)
        return false;
    loop->verifier = command;
    return true;
}

void loop_verify_end(struct loop *loop, int error)
{
    if (loop->verification == NULL)
        return;
    hanse_store_verify_end(&loop->verification);
    if (error == HANSE_E_CORRUPT)
        damaged(loop, loop->verifier->where->data);
    loop->verifier->error = error;
    helm_answer(loop->helm, loop->verifier);
}

void loop_soundness(struct loop *loop)
{
    bool done = false;
    if (mesh_suspected(loop->mesh))
        loop_scrub_soon(loop);
    if (loop->now_ms >= loop->scrub_ms)
        scrub(loop);
    /* What is not committed yet may be taken back. */
    if (loop->verification == NULL || loop->batch.open)
        return;
    int error = hanse_store_verify_some(loop->verification, &done, loop->verifier->where);
    if (done || error != HANSE_OK)
        loop_verify_end(loop, error);
}

uint64_t loop_soundness_due_ms(const struct loop *loop)
{
    return loop->verification != NULL ? 0 : loop->scrub_ms;
}
