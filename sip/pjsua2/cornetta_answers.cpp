#include "cornetta_answers.hpp"
#include "cornetta_pjsip.hpp"
#include "cornetta_words.hpp"

#include <pjsua2/endpoint.hpp>
#include <pjsua-lib/pjsua.h>

#include <mutex>

#define THIS_FILE "cornetta_answers.cpp"

using namespace pj; /* the macros of pjsua2 need its names */
using namespace cornetta;
using std::string;

namespace
{

const std::size_t MAX_WAITING = 4096;

std::mutex guard;
std::vector<CornettaLateAnswer> waiting;

pj_bool_t onResponse(pjsip_rx_data *rdata)
{
    if (rdata->msg_info.cseq->method.id != PJSIP_INVITE_METHOD ||
        rdata->msg_info.msg->line.status.code / 100 != 2)
        return PJ_FALSE;
    pjsip_inv_session *session = sessionOf(rdata);
    if (session && session->state != PJSIP_INV_STATE_DISCONNECTED && !session->cancelling)
        return PJ_FALSE;

    std::lock_guard<std::mutex> held(guard);
    char source[PJ_INET6_ADDRSTRLEN + 10];
    pj_sockaddr_print(&rdata->pkt_info.src_addr, source, sizeof(source), 3);
    if (waiting.size() < MAX_WAITING)
        waiting.push_back({text(rdata->msg_info.cid->id), text(rdata->msg_info.from->tag), source});
    else
        PJ_LOG(1, (THIS_FILE, "late answers are not collected, one is lost"));
    return PJ_FALSE; /* pjsip goes on with it and sends ACK and BYE */
}

/* The transaction layer does not pass on responses without a transaction. */
pjsip_module watcher = makeModule("mod-cornetta-answers", BEHIND_THE_BORDER, NULL, &onResponse);

} // namespace

void cornettaWatchAnswers() PJSUA2_THROW(Error)
{
    {
        std::lock_guard<std::mutex> held(guard);
        waiting.clear();
    }
    registerModule(watcher);
}

std::vector<CornettaLateAnswer> cornettaLateAnswers()
{
    std::vector<CornettaLateAnswer> taken;
    std::lock_guard<std::mutex> held(guard);
    taken.swap(waiting);
    return taken;
}
