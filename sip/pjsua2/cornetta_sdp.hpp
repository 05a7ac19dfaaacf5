/* SDP as it comes from the wire: what others accept is put right, and what we cannot hear is said in words.
 *
 * pjmedia refuses a whole SDP for an empty session name or a missing origin. And a 183 whose SDP is of no use makes
 * pjsua cancel the call, although the 200 may bring a good one.
 */
#ifndef CORNETTA_SDP_HPP
#define CORNETTA_SDP_HPP

#include <pjsua2/types.hpp>
#include <string>

/* Begin to look at every SDP before pjsip does. Call once, after Endpoint.libInit() and before libStart(). Throws
 * pj::Error. */
void cornettaWatchSdp() PJSUA2_THROW(pj::Error);

/* Why the answer to the INVITE of this Call-ID cannot be heard, "" where it can; told once. */
std::string cornettaSdpProblem(const std::string &callId);

#endif
