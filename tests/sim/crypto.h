/* The same answers, faster. Every simulated node verifies every commit for itself, as real ones do; here they
 * share a processor. The linker (--wrap) leads libhanse-proto's calls of libsodium through crypto_ed25519.c,
 * which remembers what it was asked before in this run. That changes no answer, so the trace is the same with
 * and without. */
#ifndef SIM_CRYPTO_H
#define SIM_CRYPTO_H

#include <stdbool.h>

/* Before a run; forgets what an earlier one left. `plain`: libsodium's own code, always. */
void crypto_start(bool plain);
/* After the last one: frees what is remembered. */
void crypto_release(void);

#endif
