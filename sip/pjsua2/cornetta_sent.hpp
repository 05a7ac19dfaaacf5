/* Requests of ours, and the responses that belong to them. A response from another address, or to no request of ours,
 * may be a stranger's. */
#ifndef CORNETTA_SENT_HPP
#define CORNETTA_SENT_HPP

#include <pjsip.h>

namespace cornetta
{

enum Judgement
{
    EXPECTED,
    STRAY,     /* to no request of ours */
    MISPLACED, /* from an address where the request was not sent */
};

/* Called when pjsip sends a request; always PJ_SUCCESS. */
pj_status_t noteRequest(pjsip_tx_data *tdata);

/* `known`: it comes from a known address. */
Judgement judgeResponse(const pjsip_rx_data *rdata, bool known);

/* Forget requests that cannot be answered any more. */
void forgetOldRequests();
void forgetAllRequests();

} // namespace cornetta

#endif
