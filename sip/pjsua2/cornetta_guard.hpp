#ifndef CORNETTA_GUARD_HPP
#define CORNETTA_GUARD_HPP

/**
 * End the process by abort() after this many milliseconds of its own time, unless this or cornettaRest() is called
 * before. Time in which the process was stopped (SIGSTOP, a virtual machine that is moved) does not count. The thread
 * that counts needs no GIL.
 */
void cornettaAbortIn(unsigned milliseconds);

/**
 * Stop guarding.
 */
void cornettaRest();

#endif
