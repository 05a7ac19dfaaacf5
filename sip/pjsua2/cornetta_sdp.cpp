#include "cornetta_sdp.hpp"
#include "cornetta_pjsip.hpp"
#include "cornetta_sdp_judgement.hpp"
#include "cornetta_sdp_repair.hpp"
#include "cornetta_words.hpp"

#include <pjsua2/endpoint.hpp>
#include <pjsua-lib/pjsua.h>

#include <deque>
#include <map>
#include <mutex>

#define THIS_FILE "cornetta_sdp.cpp"

using namespace pj; /* the macros of pjsua2 need its names */
using namespace cornetta;
using std::string;

namespace
{

const std::size_t MAX_PROBLEMS = 4096;

std::mutex guard;
std::map<string, string> problems;
std::deque<string> problemsInOrder;

/* The SDP of a message, also from a multipart body; NULL where there is none. */
pjsip_msg_body *sdpBody(const pjsip_rx_data *rdata)
{
    pjsip_msg_body *body = rdata->msg_info.msg->body;
    pjsip_media_type wanted;
    pjsip_media_type_init2(&wanted, (char *)"application", (char *)"sdp");
    if (!body)
        return NULL;
    if (pj_stricmp2(&body->content_type.type, "multipart") == 0) {
        pjsip_multipart_part *part = pjsip_multipart_find_part(body, &wanted, NULL);
        return part ? part->body : NULL;
    }
    return pjsip_media_type_cmp(&body->content_type, &wanted, 0) == 0 ? body : NULL;
}

/* The INVITE session whose first offer the response answers; NULL for others. */
pjsip_inv_session *firstOffer(const pjsip_rx_data *rdata)
{
    pjsip_inv_session *session = sessionOf(rdata);
    if (!session || session->role != PJSIP_ROLE_UAC || !session->invite_tsx || !session->neg ||
        (session->state != PJSIP_INV_STATE_CALLING && session->state != PJSIP_INV_STATE_EARLY))
        return NULL;
    return session;
}

/* With `unlessTold` an earlier note on the call stays. */
void note(const pj_str_t &callId, const string &problem, bool unlessTold = false)
{
    std::lock_guard<std::mutex> held(guard);
    const string key = text(callId);
    const bool told = problems.find(key) != problems.end();
    if (told && unlessTold)
        return;
    if (!told) {
        problemsInOrder.push_back(key);
        if (problemsInOrder.size() > MAX_PROBLEMS) {
            problems.erase(problemsInOrder.front());
            problemsInOrder.pop_front();
        }
    }
    problems[key] = problem;
}

void forget(const pj_str_t &callId)
{
    std::lock_guard<std::mutex> held(guard);
    problems.erase(text(callId)); /* its place in the order does no harm */
}

string judged(pjsip_inv_session *session, const pjsip_msg_body *body)
{
    pjsip_tdata_sdp_info *offered = pjsip_tdata_get_sdp_info(session->invite_tsx->last_tx);
    if (!offered->sdp || offered->sdp->media_count == 0)
        return "";
    pj_pool_t *pool = pjsua_pool_create("cornetta-sdp", 4000, 4000);
    if (!pool)
        return "";
    const string problem = sdpProblem(pool, offered->sdp, string((const char *)body->data, body->len));
    pj_pool_release(pool);
    return problem;
}

void judge(pjsip_rx_data *rdata, const pjsip_msg_body *body)
{
    const bool final = rdata->msg_info.msg->line.status.code >= 200;
    pjsip_inv_session *session = firstOffer(rdata);
    if (!session)
        return;
    const bool agreed = pjmedia_sdp_neg_get_state(session->neg) == PJMEDIA_SDP_NEG_STATE_DONE;
    if (!body) {
        if (final && !agreed)
            note(rdata->msg_info.cid->id, "it has no SDP", true);
        return;
    }
    const string problem = judged(session, body);
    if (problem.empty()) {
        forget(rdata->msg_info.cid->id);
        return;
    }
    /* Unusable early media is no reason to give the call up, nor is a second answer worse than the first. And pjsip
     * acknowledges a 200 without SDP before its BYE, but not one with an unusable SDP. */
    rdata->msg_info.msg->body = NULL;
    if (!agreed)
        note(rdata->msg_info.cid->id, problem);
}

void putRight(const pjsip_rx_data *rdata, pjsip_msg_body *body)
{
    const string before((const char *)body->data, body->len);
    const string after = repaired(before);
    if (after == before)
        return;
    pj_str_t kept;
    pj_strdup2_with_null(rdata->tp_info.pool, &kept, after.c_str());
    body->data = kept.ptr;
    body->len = (unsigned)kept.slen;
}

pj_bool_t onRequest(pjsip_rx_data *rdata)
{
    pjsip_msg_body *body = sdpBody(rdata);
    if (body)
        putRight(rdata, body);
    return PJ_FALSE;
}

pj_bool_t onResponse(pjsip_rx_data *rdata)
{
    const int code = rdata->msg_info.msg->line.status.code;
    pjsip_msg_body *body = sdpBody(rdata);
    if (body)
        putRight(rdata, body);
    if (rdata->msg_info.cseq->method.id == PJSIP_INVITE_METHOD && code > 100 && code < 300)
        judge(rdata, body);
    return PJ_FALSE;
}

/* The transaction layer passes messages on to the rest of pjsip. */
pjsip_module watcher = makeModule("mod-cornetta-sdp", AT_THE_BORDER, &onRequest, &onResponse);

} // namespace

void cornettaWatchSdp() PJSUA2_THROW(Error)
{
    {
        std::lock_guard<std::mutex> held(guard);
        problems.clear();
        problemsInOrder.clear();
    }
    registerModule(watcher);
}

std::string cornettaSdpProblem(const std::string &callId)
{
    std::lock_guard<std::mutex> held(guard);
    auto found = problems.find(callId);
    if (found == problems.end())
        return "";
    const string problem = found->second;
    problems.erase(found);
    return problem;
}
