/* How many call slots pjsua holds: legs, and calls that are over but whose last transaction still runs (up to 32 s,
 * RFC 3261 17.1). pjsua2 counts neither; against PJSUA_MAX_CALLS it is what remains to dial with. */
#ifndef CORNETTA_CALLS_HPP
#define CORNETTA_CALLS_HPP

unsigned cornettaCallsInUse();

#endif
