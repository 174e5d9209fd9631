/* The simulator's chance: splitmix64 from one seed. Each concern has dice of its own, so that a change in one
 * does not shift all the others. */
#ifndef SIM_DICE_H
#define SIM_DICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct dice {
    uint64_t state;
};

void dice_init(struct dice *dice, uint64_t seed, uint64_t concern);
uint64_t dice_roll(struct dice *dice);
uint64_t dice_below(struct dice *dice, uint64_t bound);                  /* 0 for a bound of 0 */
uint64_t dice_between(struct dice *dice, uint64_t least, uint64_t most); /* both included */
bool dice_chance(struct dice *dice, uint64_t in_a_million);
void dice_fill(struct dice *dice, void *out, size_t size);

#endif
