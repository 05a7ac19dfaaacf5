#include "cornetta_sent.hpp"
#include "cornetta_networks.hpp"
#include "cornetta_words.hpp"

#include <pjlib.h>

#include <algorithm>
#include <deque>
#include <unordered_map>

using std::string;

namespace cornetta
{

namespace
{

/* Seconds that an answer to a request of ours is waited for: an INVITE may ring for long. After its final answer a 2xx
 * is sent again for 32 s, and may come as late from another branch (RFC 3261 13.3.1.4, 17.1.1.2). */
const long INVITE_S = 600, REQUEST_S = 64, ANSWERED_S = 96;
const std::size_t SENT_BOUND = 65536;

struct Sent { string callId, tag; pj_sockaddr to; long until; };

/* The owner's thread alone sends and polls. */
std::unordered_map<string, Sent> sent; /* by branch */
std::deque<std::pair<long, string>> sentInOrder;

long now()
{
    pj_time_val time;
    pj_gettickcount(&time);
    return time.sec;
}

bool stillAsked(const string &branch)
{
    const string key = "c$" + branch; /* as pjsip_tsx_create_key() makes it for an INVITE of ours */
    pj_str_t name = {const_cast<char *>(key.c_str()), static_cast<pj_ssize_t>(key.size())};
    return pjsip_tsx_layer_find_tsx(&name, PJ_FALSE) != NULL;
}

/* Each request is looked at every 64 s: an INVITE that was given up can be answered for one more look. */
void forgetSent(long at)
{
    while (!sentInOrder.empty() && (sentInOrder.front().first <= at || sent.size() > SENT_BOUND)) {
        const auto found = sent.find(sentInOrder.front().second);
        if (found != sent.end() && found->second.until > at && sent.size() <= SENT_BOUND) {
            if (!stillAsked(found->first))
                found->second.until = std::min(found->second.until, at + REQUEST_S);
            sentInOrder.emplace_back(std::min(found->second.until, at + REQUEST_S), found->first);
        } else if (found != sent.end())
            sent.erase(found);
        sentInOrder.pop_front();
    }
}

} // namespace

pj_status_t noteRequest(pjsip_tx_data *tdata)
{
    const pjsip_method &method = tdata->msg->line.req.method;
    if (method.id == PJSIP_ACK_METHOD)
        return PJ_SUCCESS;
    const pjsip_via_hdr *via = static_cast<pjsip_via_hdr *>(pjsip_msg_find_hdr(tdata->msg, PJSIP_H_VIA, NULL));
    const pjsip_cid_hdr *callId = static_cast<pjsip_cid_hdr *>(pjsip_msg_find_hdr(tdata->msg, PJSIP_H_CALL_ID, NULL));
    const pjsip_from_hdr *from = static_cast<pjsip_from_hdr *>(pjsip_msg_find_hdr(tdata->msg, PJSIP_H_FROM, NULL));
    if (!via || !callId || !from)
        return PJ_SUCCESS;
    const long at = now();
    const long until = at + (method.id == PJSIP_INVITE_METHOD ? INVITE_S : REQUEST_S);
    const auto made = sent.emplace(text(via->branch_param), Sent());
    Sent &entry = made.first->second;
    if (made.second) {
        entry.callId = text(callId->id);
        entry.tag = text(from->tag);
        entry.until = until;
        /* Looked at soon: what was answered by then is forgotten early. */
        sentInOrder.emplace_back(at + REQUEST_S, made.first->first);
    }
    pj_sockaddr_cp(&entry.to, &tdata->tp_info.dst_addr);
    forgetSent(at);
    return PJ_SUCCESS;
}

/* RFC 3261 17.1.3: by its branch. The rest keeps out those who saw the request and are not whom it was sent to. */
Judgement judgeResponse(const pjsip_rx_data *rdata, bool known)
{
    const auto found = sent.find(text(rdata->msg_info.via->branch_param));
    if (found == sent.end() || found->second.callId != text(rdata->msg_info.cid->id) ||
        found->second.tag != text(rdata->msg_info.from->tag))
        return STRAY;
    if (!PJSIP_TRANSPORT_IS_RELIABLE(rdata->tp_info.transport) &&
        !sameAddress(found->second.to, rdata->pkt_info.src_addr) && !known)
        return MISPLACED;
    if (rdata->msg_info.msg->line.status.code >= 200)
        found->second.until = std::min(found->second.until, now() + ANSWERED_S);
    return EXPECTED;
}

void forgetOldRequests() { forgetSent(now()); }

void forgetAllRequests()
{
    sent.clear();
    sentInOrder.clear();
}

} // namespace cornetta
