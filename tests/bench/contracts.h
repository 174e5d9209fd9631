/* Contracts for benches: about 2 KB of ODCS with twenty fields each, no two alike, the same from run to run.
 */
#ifndef BENCH_CONTRACTS_H
#define BENCH_CONTRACTS_H

#include "hanse/bytes.h"

void contract_make(uint32_t number, struct hanse_buffer *out);

#endif
