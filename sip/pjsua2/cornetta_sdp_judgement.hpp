/* Whether an answer can be heard, and in words why it cannot. */
#ifndef CORNETTA_SDP_JUDGEMENT_HPP
#define CORNETTA_SDP_JUDGEMENT_HPP

#include <pjmedia/sdp.h>

#include <string>

namespace cornetta
{

/* Why the answer `sdp` to our `offer` cannot be heard, "" where it can. What is parsed is of the pool. */
std::string sdpProblem(pj_pool_t *pool, const pjmedia_sdp_session *offer, const std::string &sdp);

} // namespace cornetta

#endif
