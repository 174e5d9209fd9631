/* Contracts for benches, no two alike, the same from run to run. */
#ifndef BENCH_CONTRACTS_H
#define BENCH_CONTRACTS_H

#include "hanse/bytes.h"

#define CONTRACT_SMALL_BYTES 256u

/* About 2 KB of ODCS with twenty fields. */
void contract_make(uint32_t number, struct hanse_buffer *out);
/* Just CONTRACT_SMALL_BYTES, with one field. */
void contract_make_small(uint32_t number, struct hanse_buffer *out);

#endif
