/* The parts of the program `crash`. Each prints its counts and gives the number of promises broken. */
#ifndef CRASH_CRASH_H
#define CRASH_CRASH_H

#include <stddef.h>
#include <stdint.h>

struct crash_options {
    const char *folder; /* to work in */
    size_t stride;      /* every so many operations only */
    size_t lots;        /* drawings of a variant that draws lots */
    uint64_t seed;
};

/* Power is cut at every operation of a publish, and of a replication. */
size_t crash_power(const struct crash_options *options);
/* Every operation fails, once or from then on: a read or write error, a full disk. */
size_t crash_failures(const struct crash_options *options);

/* Counts a broken promise and says where; by the first dozen. */
void crash_broken(size_t *broken, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
