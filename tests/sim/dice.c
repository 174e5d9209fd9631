#include "dice.h"

#include <string.h>

void dice_init(struct dice *dice, uint64_t seed, uint64_t concern)
{
    dice->state = seed * 0x2545f4914f6cdd1du + concern * 0x9e3779b97f4a7c15u;
    dice_roll(dice);
}

uint64_t dice_roll(struct dice *dice)
{
    uint64_t z = (dice->state += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

uint64_t dice_below(struct dice *dice, uint64_t bound)
{
    return bound == 0 ? 0 : dice_roll(dice) % bound;
}

uint64_t dice_between(struct dice *dice, uint64_t least, uint64_t most)
{
    return least + dice_below(dice, most - least + 1);
}

bool dice_chance(struct dice *dice, uint64_t in_a_million)
{
    return in_a_million > 0 && dice_below(dice, 1000000) < in_a_million;
}

void dice_fill(struct dice *dice, void *out, size_t size)
{
    uint8_t *at = out;
    while (size > 0) {
        uint64_t value = dice_roll(dice);
        size_t part = size < sizeof value ? size : sizeof value;
        memcpy(at, &value, part);
        at += part;
        size -= part;
    }
}
