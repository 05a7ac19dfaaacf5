#include "cornetta_sent.hpp"
#include "cornetta_networks.hpp"

#include <pjlib.h>

#include <algorithm>
#include <deque>
#include <memory>
#include <memory_resource>
#include <string_view>
#include <unordered_map>

using std::string;

namespace cornetta
{

namespace
{

/* Seconds that an answer to a request of ours may take: an INVITE may ring for long. After its final answer a 2xx is
 * sent again for 32 s, and may come as late from another branch (RFC 3261 13.3.1.4, 17.1.1.2). */
const pj_uint32_t INVITE_S = 600, REQUEST_S = 64, ANSWERED_S = 96;
const std::size_t SENT_BOUND = 65536;

struct Sent
{
    typedef std::pmr::polymorphic_allocator<char> allocator_type;

    explicit Sent(const allocator_type &memory) : from(memory), to(), until(0) {}

    std::pmr::string from; /* as writtenFrom() */
    pj_sockaddr to;
    pj_uint32_t until;
};

/* These small entries live longer than the calls around them, so they have blocks of their own: on a page of the heap
 * one entry would keep the whole page in use. */
struct Requests
{
    std::pmr::unsynchronized_pool_resource memory{{1024, 512}};
    std::pmr::unordered_map<std::pmr::string, Sent> sent{&memory}; /* by branch */
    std::pmr::deque<std::pair<pj_uint32_t, const std::pmr::string *>> inOrder{&memory}; /* each branch of them, once */
};

/* Only the owner's thread sends and polls. */
std::unique_ptr<Requests> requests = std::make_unique<Requests>();

std::string_view view(const pj_str_t &given) { return std::string_view(given.ptr, given.slen > 0 ? given.slen : 0); }

std::pmr::string copied(const pj_str_t &given) { return std::pmr::string(view(given), &requests->memory); }

/* The dialog of a request, on our side. */
std::pmr::string writtenFrom(const pj_str_t &callId, const pj_str_t &tag)
{
    std::pmr::string written = copied(callId);
    written += '\n'; /* in neither of them */
    written += view(tag);
    return written;
}

/* Seconds since the machine was started. */
pj_uint32_t now()
{
    pj_time_val time;
    pj_gettickcount(&time);
    return static_cast<pj_uint32_t>(time.sec);
}

bool stillAsked(const std::pmr::string &branch)
{
    string key = "c$"; /* as pjsip_tsx_create_key() makes it for an INVITE of ours */
    key += branch;
    pj_str_t name = {const_cast<char *>(key.c_str()), static_cast<pj_ssize_t>(key.size())};
    return pjsip_tsx_layer_find_tsx(&name, PJ_FALSE) != NULL;
}

/* Each request is checked every 64 s: a given-up INVITE can be answered until one further check. */
void forgetSent(pj_uint32_t at)
{
    auto &sent = requests->sent;
    auto &inOrder = requests->inOrder;
    while (!inOrder.empty() && (inOrder.front().first <= at || sent.size() > SENT_BOUND)) {
        const auto found = sent.find(*inOrder.front().second);
        if (found->second.until > at && sent.size() <= SENT_BOUND) {
            if (!stillAsked(found->first))
                found->second.until = std::min(found->second.until, at + REQUEST_S);
            inOrder.emplace_back(std::min(found->second.until, at + REQUEST_S), &found->first);
        } else
            sent.erase(found);
        inOrder.pop_front();
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
    const pj_uint32_t at = now();
    const pj_uint32_t until = at + (method.id == PJSIP_INVITE_METHOD ? INVITE_S : REQUEST_S);
    const auto made = requests->sent.try_emplace(copied(via->branch_param));
    Sent &entry = made.first->second;
    if (made.second) {
        entry.from = writtenFrom(callId->id, from->tag);
        entry.until = until;
        /* Checked soon, so that answered requests are forgotten early. */
        requests->inOrder.emplace_back(at + REQUEST_S, &made.first->first);
    }
    pj_sockaddr_cp(&entry.to, &tdata->tp_info.dst_addr);
    forgetSent(at);
    return PJ_SUCCESS;
}

/* RFC 3261 17.1.3: matched by its branch. The other checks keep out a sender who saw the request but was not its
 * destination. */
Judgement judgeResponse(const pjsip_rx_data *rdata, bool known)
{
    const auto found = requests->sent.find(copied(rdata->msg_info.via->branch_param));
    if (found == requests->sent.end() ||
        found->second.from != writtenFrom(rdata->msg_info.cid->id, rdata->msg_info.from->tag))
        return STRAY;
    if (!PJSIP_TRANSPORT_IS_RELIABLE(rdata->tp_info.transport) &&
        !sameAddress(found->second.to, rdata->pkt_info.src_addr) && !known)
        return MISPLACED;
    if (rdata->msg_info.msg->line.status.code >= 200)
        found->second.until = std::min(found->second.until, now() + ANSWERED_S);
    return EXPECTED;
}

void forgetOldRequests()
{
    forgetSent(now());
    if (requests->sent.empty())
        forgetAllRequests(); /* its memory, too */
}

void forgetAllRequests() { requests = std::make_unique<Requests>(); }

} // namespace cornetta
