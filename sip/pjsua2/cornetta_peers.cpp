#include "cornetta_peers.hpp"
#include "cornetta_border.hpp"
#include "cornetta_networks.hpp"
#include "cornetta_pjsip.hpp"

#include <pjsua2/endpoint.hpp>
#include <pjsua-lib/pjsua.h>

#include <chrono>
#include <cstring>
#include <map>

#define THIS_FILE "cornetta_peers.cpp"

using namespace pj; /* the macros of pjsua2 need its names */
using namespace cornetta;
using std::string;

namespace
{

const std::size_t MAX_UNPROVEN = 64;  /* incoming connections of strangers, and silent ones */
const std::size_t MAX_INCOMING = 1024; /* all incoming connections: our own have the rest of the table */

typedef std::chrono::steady_clock Clock;

struct Allowed
{
    Network network;
    string user;
};

struct Connection
{
    unsigned port;
    bool incoming;
    bool spoke;
    Clock::time_point heard;
    bool pinged;
    Clock::time_point pingedAt;
};

std::vector<Allowed> places;
std::map<pjsip_transport *, Connection> connections;
pjsip_tp_state_callback before = NULL;

bool mayChallenge(const pj_sockaddr &address)
{
    for (const Allowed &each : places)
        if (within(address, each.network))
            return true;
    return false;
}

bool mayKnow(const pj_str_t &user, const pj_sockaddr &address)
{
    for (const Allowed &each : places)
        if (pj_strcmp2(&user, each.user.c_str()) == 0 && within(address, each.network))
            return true;
    return false;
}

/* -- credentials */

/* A NOTIFY is caused by a request of the peer. */
bool oursToProve(const pjsip_method &method)
{
    return pj_stricmp2(&method.name, "NOTIFY") != 0;
}

template <typename Wrong> bool removeHeaders(pjsip_msg *message, pjsip_hdr_e type, Wrong wrong)
{
    bool removed = false;
    pjsip_hdr *next = NULL;
    for (pjsip_hdr *each = (pjsip_hdr *)pjsip_msg_find_hdr(message, type, NULL); each; each = next)
    {
        next = each->next == &message->hdr ? NULL : (pjsip_hdr *)pjsip_msg_find_hdr(message, type, each->next);
        if (!wrong(each))
            continue;
        pj_list_erase(each);
        removed = true;
    }
    return removed;
}

pj_status_t onRequestSent(pjsip_tx_data *message)
{
    const auto wrong = [message](pjsip_hdr *header) {
        const pj_str_t &user = ((pjsip_authorization_hdr *)header)->credential.digest.username;
        return !oursToProve(message->msg->line.req.method) || !mayKnow(user, message->tp_info.dst_addr);
    };
    const bool one = removeHeaders(message->msg, PJSIP_H_AUTHORIZATION, wrong);
    const bool other = removeHeaders(message->msg, PJSIP_H_PROXY_AUTHORIZATION, wrong);
    if (one || other)
    {
        pjsip_tx_data_invalidate_msg(message);
        PJ_LOG(2, (THIS_FILE, "credentials are not sent to %s, which is no address of their trunk",
                   message->tp_info.dst_name));
    }
    return PJ_SUCCESS;
}

/* -- messages of others */

void heard(const pjsip_rx_data *message)
{
    auto found = connections.find(message->tp_info.transport);
    if (found == connections.end())
        return;
    found->second.spoke = true;
    found->second.pinged = false;
    found->second.heard = Clock::now();
}

pj_bool_t onRequest(pjsip_rx_data *message)
{
    heard(message);
    return PJ_FALSE;
}

pj_bool_t onResponse(pjsip_rx_data *message)
{
    heard(message);
    const int code = message->msg_info.msg->line.status.code;
    if ((code == 401 || code == 407) &&
        (!oursToProve(message->msg_info.cseq->method) || !mayChallenge(message->pkt_info.src_addr)))
    {
        const auto any = [](pjsip_hdr *) { return true; };
        removeHeaders(message->msg_info.msg, PJSIP_H_WWW_AUTHENTICATE, any);
        removeHeaders(message->msg_info.msg, PJSIP_H_PROXY_AUTHENTICATE, any);
    }
    return PJ_FALSE;
}

/* The transaction layer answers and authenticates. */
pjsip_module watcher =
    makeModule("mod-cornetta-peers", BEHIND_THE_BORDER, &onRequest, &onResponse, &onRequestSent);

/* -- connections */

bool reliable(const pjsip_transport *transport)
{
    return (transport->flag & PJSIP_TRANSPORT_RELIABLE) != 0;
}

/* The connection with the oldest last data: of all incoming ones, or of strangers' and silent ones. */
pjsip_transport *quietest(bool unproven, std::size_t bound, const pjsip_transport *except)
{
    pjsip_transport *found = NULL;
    std::size_t count = 0;
    for (const auto &each : connections)
    {
        const Connection &one = each.second;
        if (!one.incoming || (unproven && one.spoke && cornettaKnows(each.first->key.rem_addr)))
            continue;
        ++count;
        if (each.first != except && (!found || one.heard < connections[found].heard))
            found = each.first;
    }
    return count > bound ? found : NULL;
}

void bound(const pjsip_transport *newest)
{
    pjsip_transport *over = quietest(true, MAX_UNPROVEN, newest);
    if (!over)
        over = quietest(false, MAX_INCOMING, newest);
    if (!over)
        return;
    connections.erase(over);
    pjsip_transport_shutdown(over);
}

void onState(pjsip_transport *transport, pjsip_transport_state state, const pjsip_transport_state_info *info)
{
    if (state != PJSIP_TP_STATE_CONNECTED)
        connections.erase(transport);
    if (before)
        (*before)(transport, state, info);
    if (state != PJSIP_TP_STATE_CONNECTED || !reliable(transport))
        return;
    Connection one = {0, transport->dir == PJSIP_TP_DIR_INCOMING, false, Clock::now(), false, Clock::now()};
    if (transport->factory)
        one.port = transport->factory->addr_name.port;
    connections[transport] = one;
    if (one.incoming)
        bound(transport);
}

void sendRaw(pjsip_transport *transport, const char *bytes)
{
    pjsip_tpselector through;
    pj_bzero(&through, sizeof(through));
    through.type = PJSIP_TPSELECTOR_TRANSPORT;
    through.u.transport = transport;
    pjsip_tpmgr_send_raw(transport->tpmgr, (pjsip_transport_type_e)transport->key.type, &through, NULL, bytes,
                         std::strlen(bytes), &transport->key.rem_addr, transport->addr_len, NULL, NULL);
}

/* Empty lines: the answer to ours, or a peer's keep-alive that wants an answer (RFC 5626 3.5.1). */
void onDropped(pjsip_tp_dropped_data *dropped)
{
    auto found = connections.find(dropped->tp);
    if (dropped->status != PJ_EIGNORED || found == connections.end())
        return;
    const bool asks = dropped->len == 4 && std::memcmp(dropped->data, "\r\n\r\n", 4) == 0;
    if (cornettaKnows(dropped->tp->key.rem_addr))
        found->second.heard = Clock::now();
    found->second.pinged = false;
    if (asks && found->second.incoming && cornettaKnows(dropped->tp->key.rem_addr))
        sendRaw(dropped->tp, "\r\n");
}

} // namespace

void cornettaWatchPeers() PJSUA2_THROW(Error)
{
    pjsip_tpmgr *manager = pjsip_endpt_get_tpmgr(pjsua_get_pjsip_endpt());
    places.clear();
    connections.clear();
    registerModule(watcher);
    before = pjsip_tpmgr_get_state_cb(manager);
    if (before == &onState)
        before = NULL;
    pjsip_tpmgr_set_state_cb(manager, &onState);
    pjsip_tpmgr_set_drop_data_cb(manager, &onDropped);
}

void cornettaCredentials(const std::vector<std::string> &allowed)
{
    places.clear();
    for (const string &each : allowed)
    {
        const std::size_t space = each.find(' ');
        Allowed one;
        if (space == string::npos || !readNetwork(each.substr(0, space), one.network))
            continue;
        one.user = each.substr(space + 1);
        places.push_back(one);
    }
}

unsigned cornettaKeepAlive(unsigned port, double patience, bool ping)
{
    const Clock::time_point now = Clock::now();
    const auto longest = std::chrono::milliseconds(static_cast<long long>(patience * 1000));
    std::vector<pjsip_transport *> dead, alive;
    for (auto &each : connections)
    {
        Connection &one = each.second;
        if (one.port != port || !cornettaKnows(each.first->key.rem_addr) || each.first->is_shutdown)
            continue;
        (one.pinged && now - one.pingedAt >= longest ? dead : alive).push_back(each.first);
    }
    for (pjsip_transport *each : dead)
    {
        connections.erase(each);
        pjsip_transport_shutdown2(each, PJ_TRUE);
    }
    for (pjsip_transport *each : alive)
    {
        auto found = connections.find(each);
        if (!ping || found == connections.end())
            continue;
        if (!found->second.pinged)
            found->second.pingedAt = now;
        found->second.pinged = true;
        sendRaw(each, "\r\n\r\n");
    }
    return (unsigned)dead.size();
}
