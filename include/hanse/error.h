/* Errors: one list, one negative number each, one sentence each.
 *
 * Functions that can fail return `int`: HANSE_OK (0) or one of the negative values below. The list is the
 * only place where an error's name and sentence stand; logs, HTTP problems and the command line all read
 * them here. Context (which file, which domain) is added by the caller that knows it, in a `struct
 * hanse_error_text`, never by inventing a new number. */
#ifndef HANSE_ERROR_H
#define HANSE_ERROR_H

#define HANSE_ERRORS(X)                                                                                      \
    /* encodings */                                                                                          \
    X(TRUNCATED, -1, "the bytes end too early")                                                              \
    X(TRAILING, -2, "there are bytes after the end")                                                         \
    X(NOT_CANONICAL, -3, "the encoding is not the shortest one")                                             \
    X(WRONG_TYPE, -4, "a value is not of the type that belongs there")                                       \
    X(BAD_TEXT, -5, "a text is not valid UTF-8, or has characters that may not stand there")                 \
    X(TOO_LARGE, -6, "a size or count is over its limit")                                                    \
    X(TOO_DEEP, -7, "values are nested too deeply")                                                          \
    X(OUT_OF_RANGE, -8, "a number is outside its range")                                                     \
    X(DUPLICATE, -9, "a thing that may stand once stands twice")                                             \
    X(UNSUPPORTED, -10, "this version does not know that form")                                              \
    /* journals */                                                                                           \
    X(BAD_ENTRY, -20, "an entry breaks a rule of its kind")                                                  \
    X(BAD_SEAL, -21, "the commit does not end with a valid seal")                                            \
    X(BAD_STATE, -22, "the state root in the seal is not that of the live entries")                          \
    X(BAD_ROOT, -23, "the entries do not hash to the root that was signed")                                  \
    X(BAD_SIGNATURE, -24, "a signature does not verify")                                                     \
    X(BAD_BODY, -25, "a body does not have the hash its entry names")                                        \
    X(BAD_AUTHORITY, -26, "the authority is not one this journal may have")                                  \
    X(BAD_PROPOSAL, -27, "the proposal does not allow this council commit")                                  \
    X(TOO_FEW_SIGNATURES, -28, "fewer members signed than the threshold asks for")                           \
    X(EXPIRED, -29, "the proposal has expired")                                                              \
    X(STALE, -30, "the journal has moved on: a replayed or outdated commit")                                 \
    X(GAP, -31, "entries before these are missing")                                                          \
    X(FORK, -32, "a peer tells of another history of the same journal")                                      \
    X(CATCHING_UP, -33, "this node may not sign yet: it asks the mesh for what it published before")         \
    X(UNKNOWN_JOURNAL, -34, "that journal is not admitted to this mesh")                                     \
    X(NOT_WRITER, -35, "this node holds no key to write for that domain")                                    \
    X(MISSING_BODY, -36, "a body that the commit needs has not arrived")                                     \
    X(BUSY, -37, "too much is waiting; try again")                                                           \
    X(FROZEN, -38, "the journal is frozen: two histories of it were signed with its key")                    \
    /* links */                                                                                              \
    X(NOT_ADMITTED, -50, "the sender is not admitted for that")                                              \
    X(WRONG_MESH, -51, "the peer belongs to another mesh")                                                   \
    X(UNKNOWN_MESSAGE, -52, "a message of unknown type")                                                     \
    X(UNREACHABLE, -53, "nobody answers there")                                                              \
    X(TIMED_OUT, -54, "no answer came in time")                                                              \
    X(HANDSHAKE, -55, "a connection ended before it had proved its key")                                     \
    /* the machine */                                                                                        \
    X(IO, -70, "reading or writing failed")                                                                  \
    X(DISK_FULL, -71, "the disk is full")                                                                    \
    X(CORRUPT, -72, "stored data does not have the hash it should have")                                     \
    X(LOCKED, -73, "another process uses this home")                                                         \
    X(NEWER_SCHEMA, -74, "the database was written by a newer version")                                      \
    /* requests */                                                                                           \
    X(NOT_FOUND, -90, "there is nothing of that name")                                                       \
    X(EXISTS, -91, "there is one of that name already")                                                      \
    X(INVALID, -92, "the request is not valid")                                                              \
    X(FINDINGS, -93, "the document has findings")                                                            \
    X(IMMUTABLE, -94, "a published version cannot be changed: bump the version")                             \
    X(NOT_ALLOWED, -95, "that is not allowed")                                                               \
    X(TOO_COSTLY, -96, "the query was stopped: it takes too much time or memory")                            \
    X(BREAKING, -97, "the change breaks consumers under the same major version")

enum hanse_error {
    HANSE_OK = 0,
#define X(name, value, sentence) HANSE_E_##name = value,
    HANSE_ERRORS(X)
#undef X
};

#define HANSE_MUST_USE __attribute__((warn_unused_result))

/* The error's name, as in "BAD_SEAL"; "OK" for 0, "UNKNOWN" for a number not in the list. Static. */
const char *hanse_error_name(int error);

/* The error's sentence, without a full stop. Static. */
const char *hanse_error_sentence(int error);

#endif
