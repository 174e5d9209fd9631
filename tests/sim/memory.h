/* What the program's own code has allocated and not freed: the linker (--wrap) leads its calls of malloc and
 * the like through memory.c. Counted before and after each step, it says what each engine holds. */
#ifndef SIM_MEMORY_H
#define SIM_MEMORY_H

#include <stddef.h>

size_t memory_allocated(void); /* bytes */

#endif
