/* The process's number, remembered. libzmq asks for it at each look into a mailbox, ten times a message, so
 * that a forked child leaves those of its parent alone; and since 2.25 glibc asks the kernel each time. */
#include <pthread.h>
#include <stdatomic.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "hanse/check.h"
#include "transport_private.h"

static _Atomic pid_t own; /* 0: not remembered */

static void remember(void)
{
    atomic_store_explicit(&own, (pid_t)syscall(SYS_getpid), memory_order_relaxed);
}

static void follow_forks(void)
{
    HANSE_CHECK(pthread_atfork(NULL, NULL, remember) == 0);
    remember();
}

void transport_remember_pid(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    HANSE_CHECK(pthread_once(&once, follow_forks) == 0);
}

/* In the C library's place, for all of the process. */
__attribute__((visibility("default"))) pid_t getpid(void)
{
    pid_t pid = atomic_load_explicit(&own, memory_order_relaxed);
    return pid != 0 ? pid : (pid_t)syscall(SYS_getpid);
}
