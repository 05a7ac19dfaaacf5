/* Requests of ours, and which responses count to them. A response that comes from anywhere else, or to nothing that was
 * sent, may be a stranger's. */
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

/* As pjsip sends a request: always PJ_SUCCESS. */
pj_status_t noteRequest(pjsip_tx_data *tdata);

/* `known`: it comes from an address that is no stranger's. */
Judgement judgeResponse(const pjsip_rx_data *rdata, bool known);

/* Those that nobody can answer any more. */
void forgetOldRequests();
void forgetAllRequests();

} // namespace cornetta

#endif
