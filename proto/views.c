/* Looking into the engine, between steps. */
#include <string.h>

#include "engine_private.h"

struct hanse_hash hanse_engine_heads_root(struct hanse_engine *e)
{
    return hanse_tree_root(e->heads);
}

const struct hanse_journal *hanse_engine_journal(const struct hanse_engine *e, const struct hanse_hash *id)
{
    const struct ledger *ledger = ledger_find(e, id);
    return ledger == NULL ? NULL : &ledger->journal;
}

size_t hanse_engine_domains(const struct hanse_engine *e, struct hanse_domain_view *ret_views, size_t max)
{
    for (size_t i = 0; i < e->admission_count && i < max; i++) {
        const struct admission *admission = e->admissions[i];
        const struct ledger *ledger = e->ledgers[admission->ledger];
        struct hanse_domain_view *view = &ret_views[i];
        memset(view, 0, sizeof *view);
        memcpy(view->name, admission->name, sizeof view->name);
        view->journal = ledger->journal.id;
        view->compared_ms = e->compared_ms;
        view->size = ledger->journal.held_size;
        view->known_size = ledger->known_size;
        view->seal_time_ms = ledger->journal.seal_time_ms;
        view->heard_ms = ledger->heard_ms;
        view->own = ledger->own;
        view->frozen = ledger->frozen;
    }
    return e->admission_count;
}

size_t hanse_engine_links(struct hanse_engine *e, struct hanse_link_view *ret_views, size_t max)
{
    for (size_t i = 0; i < e->link_count && i < max; i++) {
        const struct link *link = &e->links[i];
        struct hanse_link_view *view = &ret_views[i];
        const struct hanse_hash *domain = roster_domain(e, &link->key);
        memset(view, 0, sizeof *view);
        view->link = link->id;
        view->key = link->key;
        if (domain != NULL)
            view->journal = *domain;
        view->up = link->up;
        view->dialled = link->dialled;
        view->right = link->right;
        view->up_since_ms = link->since_ms;
        view->heard_ms = link->heard_ms;
        memcpy(view->software, link->software, sizeof view->software);
    }
    return e->link_count;
}

size_t hanse_engine_pending_bytes(const struct hanse_engine *e)
{
    return e->pending_bytes;
}
