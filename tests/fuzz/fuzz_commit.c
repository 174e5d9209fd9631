/* COMMIT messages, and the bodies that nodes read from them. Whatever decodes must encode to a message that
 * decodes to the same entries. */
#include "hanse/authority.h"
#include "hanse/check.h"
#include "hanse/commit.h"
#include "hanse/proposal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_bodies(struct hanse_bytes content)
{
    static struct hanse_authority authority;
    static struct hanse_approval approval;
    static struct hanse_proposal proposal;
    struct hanse_admission admission;
    struct hanse_node_address address;
    if (hanse_authority_decode(content, &authority) == HANSE_OK)
        HANSE_CHECK(authority.version > 0);
    if (hanse_approval_decode(content, &approval) == HANSE_OK &&
        hanse_proposal_decode(approval.proposal, &proposal) == HANSE_OK)
        HANSE_CHECK(proposal.entry_count > 0);
    if (hanse_proposal_decode(content, &proposal) == HANSE_OK)
        HANSE_CHECK(proposal.entry_count > 0);
    if (hanse_admission_decode(content, &admission) == HANSE_OK)
        HANSE_CHECK(admission.key_count > 0);
    if (hanse_node_address_decode(content, &address) == HANSE_OK)
        HANSE_CHECK(address.endpoint_count <= HANSE_ENDPOINTS_MAX);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct hanse_commit commit;
    read_bodies(hanse_bytes(data, size));
    if (hanse_commit_decode(hanse_bytes(data, size), &commit) != HANSE_OK)
        return 0;
    struct hanse_buffer again;
    struct hanse_commit twin;
    hanse_buffer_init(&again);
    hanse_commit_encode(&commit, &again);
    HANSE_CHECK(hanse_commit_decode(hanse_buffer_bytes(&again), &twin) == HANSE_OK);
    HANSE_CHECK(twin.count == commit.count && hanse_hash_equal(&twin.root, &commit.root));
    for (uint32_t i = 0; i < commit.count; i++)
        read_bodies(hanse_body_content(commit.items[i].salted));
    hanse_commit_release(&twin);
    hanse_commit_release(&commit);
    hanse_buffer_release(&again);
    return 0;
}
