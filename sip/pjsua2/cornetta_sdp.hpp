/* SDP from the wire: minor faults are corrected, and an unusable SDP is reported in words.
 *
 * pjmedia refuses a whole SDP for an empty session name or a missing origin. And a 183 with an unusable SDP makes pjsua
 * cancel the call, although the 200 may bring a good one.
 */
#ifndef CORNETTA_SDP_HPP
#define CORNETTA_SDP_HPP

#include <pjsua2/types.hpp>
#include <string>

/* Begin to look at every SDP before pjsip does. Call once, after Endpoint.libInit() and before libStart(). Throws
 * pj::Error. */
void cornettaWatchSdp() PJSUA2_THROW(pj::Error);

/* The fault in the SDP of the answer to the INVITE of this Call-ID, "" for none; returned once. */
std::string cornettaSdpProblem(const std::string &callId);

#endif
