#include "cornetta_answers.hpp"

#include <pjsua2/endpoint.hpp>
#include <pjsua-lib/pjsua.h>

#include <mutex>

#define THIS_FILE "cornetta_answers.cpp"

using namespace pj; /* the macros of pjsua2 take its names for granted */
using std::string;

namespace
{

const std::size_t MAX_WAITING = 4096;

std::mutex guard;
std::vector<std::string> waiting;

/* The session that the response belongs to; before the first answer with a tag the dialog has no remote tag. */
pjsip_inv_session *sessionOf(const pjsip_rx_data *rdata)
{
    const pj_str_t none = {NULL, 0};
    const pj_str_t *callId = &rdata->msg_info.cid->id;
    const pj_str_t *ours = &rdata->msg_info.from->tag;
    pjsip_dialog *dialog = pjsip_ua_find_dialog(callId, ours, &rdata->msg_info.to->tag, PJ_FALSE);
    if (!dialog)
        dialog = pjsip_ua_find_dialog(callId, ours, &none, PJ_FALSE);
    return dialog ? pjsip_dlg_get_inv_session(dialog) : NULL;
}

pj_bool_t onResponse(pjsip_rx_data *rdata)
{
    if (rdata->msg_info.cseq->method.id != PJSIP_INVITE_METHOD ||
        rdata->msg_info.msg->line.status.code / 100 != 2)
        return PJ_FALSE;
    pjsip_inv_session *session = sessionOf(rdata);
    if (session && session->state != PJSIP_INV_STATE_DISCONNECTED && !session->cancelling)
        return PJ_FALSE;

    std::lock_guard<std::mutex> held(guard);
    const pj_str_t &callId = rdata->msg_info.cid->id;
    if (waiting.size() < MAX_WAITING)
        waiting.emplace_back(callId.ptr, callId.slen);
    else
        PJ_LOG(1, (THIS_FILE, "late answers are not collected, one is lost"));
    return PJ_FALSE; /* pjsip goes on with it: ACK and BYE are its work */
}

/* Before the transaction layer, which keeps responses that match no transaction for itself. */
pjsip_module watcher = {
    NULL, NULL,
    {const_cast<char *>("mod-cornetta-answers"), 20},
    -1,
    PJSIP_MOD_PRIORITY_TSX_LAYER - 1,
    NULL, NULL, NULL, NULL,
    NULL,
    &onResponse,
    NULL, NULL, NULL,
};

} // namespace

void cornettaWatchAnswers() PJSUA2_THROW(Error)
{
    {
        std::lock_guard<std::mutex> held(guard);
        waiting.clear();
    }
    watcher.id = -1;
    PJSUA2_CHECK_EXPR(pjsip_endpt_register_module(pjsua_get_pjsip_endpt(), &watcher));
}

std::vector<std::string> cornettaLateAnswers()
{
    std::vector<std::string> taken;
    std::lock_guard<std::mutex> held(guard);
    taken.swap(waiting);
    return taken;
}
