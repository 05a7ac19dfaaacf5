#ifndef CORNETTA_CALLS_HPP
#define CORNETTA_CALLS_HPP

/**
 * How many call slots pjsua holds: legs, and calls that are over but whose last transaction still runs (up to 32 s,
 * RFC 3261 17.1). pjsua2 counts neither; against PJSUA_MAX_CALLS it is what remains to dial with.
 */
unsigned cornettaCallsInUse();

/**
 * End calls that were hung up and for which nothing runs any more, so that nothing would ever give their slots back:
 * pjsip sends the BYE of a call that got no ACK once (after 64*T1, RFC 3261 13.3.1.4), and forgets it where it cannot be
 * sent, as by a route that is no SIP URI. Returns how many there were.
 *
 * Call it on the owner's thread, and from within no callback of pjsip.
 */
unsigned cornettaEndStuckCalls();

#endif
