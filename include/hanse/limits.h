/* Limits: every size and count that somebody else controls.
 *
 * Those under "law" are part of the protocol (proto/PROTOCOL.md, "Limits"): changing one makes another
 * protocol. Those under "ours" bound one node and may differ from node to node. */
#ifndef HANSE_LIMITS_H
#define HANSE_LIMITS_H

/* law */
#define HANSE_ENTRY_MAX            512u            /* bytes of one encoded entry */
#define HANSE_KIND_MAX             32u             /* bytes of a kind */
#define HANSE_KEY_MAX              200u            /* bytes of a key */
#define HANSE_MEDIA_MAX            64u             /* bytes of a media type */
#define HANSE_BODY_MAX             (1024u * 1024u) /* bytes of a body, without its salt */
#define HANSE_SALT_SIZE            16u
#define HANSE_COMMIT_ENTRIES_MAX   1024u                /* entries of a commit, its seal included */
#define HANSE_COMMIT_BODIES_MAX    (8u * 1024u * 1024u) /* bytes of all bodies of a commit */
#define HANSE_COUNCIL_MEMBERS_MAX  32u
#define HANSE_PROPOSAL_ENTRIES_MAX 64u
#define HANSE_DEPTH_MAX            16u                      /* nesting of msgpack values */
#define HANSE_VALUES_MAX           65536u                   /* msgpack values in one message or body */
#define HANSE_MESSAGE_MAX          (HANSE_BODY_MAX + 4096u) /* bytes of a message: one ZeroMQ frame */
#define HANSE_NAME_MAX             63u                      /* bytes of a domain's name */
#define HANSE_ENDPOINT_MAX         255u
#define HANSE_ENDPOINTS_MAX        8u
#define HANSE_TIME_MAX_MS          253402300799999u /* 9999-12-31: no time is after it */
#define HANSE_SIZE_MAX             (1ull << 53)     /* entries of a journal */
#define HANSE_ELEMENTS_MAX         16u              /* elements of a structure, the later ones included */
#define HANSE_HEADS_MAX            8192u            /* heads in a HEADS */
#define HANSE_HAVE_MAX             256u             /* heads in a HAVE */
#define HANSE_WALK_DIGEST          8u               /* bytes of a node's digest in a TREE */
#define HANSE_WALK_ID              8u               /* bytes of a journal id in a TREE */
#define HANSE_WALK_CHECK           4u               /* bytes of a head's digest in a TREE */
#define HANSE_WALK_SPLITS_MAX      256u             /* nodes with digests in a TREE */
#define HANSE_WALK_LISTED_MAX      4096u            /* nodes with lists in a TREE */
#define HANSE_WALK_HEADS_MAX       6144u  /* heads in its lists, and once more in its last element */
#define HANSE_TITLE_MAX            200u   /* bytes of a proposal's title */
#define HANSE_CONTACT_MAX          200u   /* bytes of a request's contact */
#define HANSE_SOFTWARE_MAX         64u    /* bytes of the software in a HELLO */
#define HANSE_ADMISSION_KEYS_MAX   8u     /* curve keys of a domain */
#define HANSE_INLINE_BODY_MAX      16384u /* content over this does not ride in its commit */
#define HANSE_WINDOW_BYTES         (4u * 1024u * 1024u) /* sent for one WANT */
#define HANSE_FORK_PROOF_MAX       (532u * 1024u)       /* bytes of a fork proof; most have some hundred */

/* ours: the core */
#define HANSE_JOURNALS_MAX  65536u                /* journals admitted */
#define HANSE_LINKS_MAX     1024u                 /* links open at once */
#define HANSE_PENDING_BYTES (32u * 1024u * 1024u) /* commits and bodies that wait, all links together */
#define HANSE_REQUESTS_MAX  64u                   /* admission requests kept */

/* ours: documents (contracts, products …) */
#define HANSE_DOCUMENT_DEPTH_MAX   32u     /* nesting of a YAML or JSON document */
#define HANSE_DOCUMENT_NODES_MAX   100000u /* values in a document: ten bytes each of a full body */
#define HANSE_DOCUMENT_MEMBERS_MAX 10000u  /* keys of an object */
#define HANSE_FINDINGS_MAX         1000u   /* findings listed for one document; the rest is counted */

#endif
