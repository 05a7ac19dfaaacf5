#include "cornetta_guard.hpp"

#include <pthread.h>
#include <signal.h>
#include <time.h>

#include <atomic>
#include <cstdlib>

namespace
{

const unsigned TICK_MS = 100;

std::atomic<unsigned> left(0); /* ticks, 0: nothing is guarded */
pthread_once_t once = PTHREAD_ONCE_INIT;

/* A stopped process goes on in the middle of one sleep, which counts as one tick however long the stop was. */
void *count(void *)
{
    const struct timespec tick = {0, TICK_MS * 1000000L};
    for (;;) {
        nanosleep(&tick, NULL);
        unsigned before = left;
        while (before && !left.compare_exchange_weak(before, before - 1)) {
        }
        if (before == 1)
            std::abort();
    }
    return NULL;
}

void start()
{
    sigset_t all, former;
    pthread_t thread;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &former);
    if (pthread_create(&thread, NULL, &count, NULL) == 0)
        pthread_detach(thread);
    pthread_sigmask(SIG_SETMASK, &former, NULL);
}

} // namespace

void cornettaAbortIn(unsigned milliseconds)
{
    pthread_once(&once, &start);
    left = milliseconds / TICK_MS + 1;
}

void cornettaRest() { left = 0; }
