/* The clocks of the mesh thread, read here and handed down: the engine and the transport are told the
 * time. */
#ifndef HANSE_MESH_CLOCK_H
#define HANSE_MESH_CLOCK_H

#include <stdint.h>

uint64_t clock_monotonic_ms(void); /* never steps; its zero means nothing */
uint64_t clock_wall_ms(void);      /* since 1970: seals and expiries */
uint64_t clock_thread_us(void);    /* processor time of the calling thread */

#endif
