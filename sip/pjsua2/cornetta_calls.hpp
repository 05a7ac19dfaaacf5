#ifndef CORNETTA_CALLS_HPP
#define CORNETTA_CALLS_HPP

/**
 * How many call slots pjsua holds: legs, and calls that are over but whose last transaction still runs (up to 32 s,
 * RFC 3261 17.1). pjsua2 does not count them; the rest up to PJSUA_MAX_CALLS is free for dialing.
 */
unsigned cornettaCallsInUse();

/**
 * End calls that were hung up and for which no transaction or timer runs any more, as their slots would never be freed:
 * pjsip sends the BYE of a call without an ACK once (after 64*T1, RFC 3261 13.3.1.4), and forgets it where it cannot be
 * sent, as by a route that is no SIP URI. Returns their number.
 *
 * Call it on the owner's thread, and from within no callback of pjsip.
 */
unsigned cornettaEndStuckCalls();

#endif
