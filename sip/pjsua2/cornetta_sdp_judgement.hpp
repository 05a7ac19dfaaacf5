/* The check whether an answer's audio is usable, with the fault in words. */
#ifndef CORNETTA_SDP_JUDGEMENT_HPP
#define CORNETTA_SDP_JUDGEMENT_HPP

#include <pjmedia/sdp.h>

#include <string>

namespace cornetta
{

/* The fault of the answer `sdp` to our `offer`, "" for none. Parsed data is allocated from the pool. */
std::string sdpProblem(pj_pool_t *pool, const pjmedia_sdp_session *offer, const std::string &sdp);

} // namespace cornetta

#endif
