#include "cornetta_border.hpp"

#include <pjsua2/endpoint.hpp>
#include <pjsua-lib/pjsua.h>

#include <arpa/inet.h>

#include <algorithm>
#include <cstring>
#include <deque>
#include <unordered_map>

#define THIS_FILE "cornetta_border.cpp"

using namespace pj; /* the macros of pjsua2 take its names for granted */
using std::string;

namespace
{
/* Seconds that an answer to a request of ours is waited for: an INVITE may ring for long. After its final answer a 2xx
 * is sent again for 32 s, and may come as late from another branch (RFC 3261 13.3.1.4, 17.1.1.2). */
const long INVITE_S = 600, REQUEST_S = 64, ANSWERED_S = 96;
const std::size_t SENT_BOUND = 65536;

/* Requests of one dialog that take a transaction each: a keypad sends 10 INFOs a second at most. */
const double DIALOG_RATE = 10, DIALOG_BURST = 30;
const std::size_t DIALOGS_BOUND = 4096;

/* Answers to strangers, all together. */
const double STRANGERS_RATE = 200, STRANGERS_BURST = 200;

const char *const METHODS = "INVITE, ACK, BYE, CANCEL, OPTIONS, UPDATE, PRACK, INFO";

struct Network { int family; unsigned char bytes[16]; unsigned bits; };

struct Sent { string callId, tag; pj_sockaddr to; long until; };

struct Bucket
{
    double tokens, at;

    bool take(double now, double rate, double burst)
    {
        tokens = std::min(burst, tokens + (now - at) * rate);
        at = now;
        if (tokens < 1)
            return false;
        tokens -= 1;
        return true;
    }
};

/* The owner's thread alone polls pjsip, sends, and calls what is below. */
std::vector<Network> known;
std::unordered_map<string, Sent> sent;         /* by branch */
std::deque<std::pair<long, string>> sentInOrder;
std::unordered_map<string, Bucket> dialogs;    /* by Call-ID */
Bucket forStrangers;
CornettaKeptOut keptOut;

double now()
{
    pj_time_val time;
    pj_gettickcount(&time);
    return time.sec + time.msec / 1000.0;
}

string text(const pj_str_t &given) { return string(given.ptr, given.slen > 0 ? given.slen : 0); }

bool is(const pj_str_t &given, const char *wanted) { return pj_stricmp2(&given, wanted) == 0; }

bool sameAddress(const pj_sockaddr &one, const pj_sockaddr &other)
{
    return one.addr.sa_family == other.addr.sa_family &&
           std::memcmp(pj_sockaddr_get_addr(&one), pj_sockaddr_get_addr(&other), pj_sockaddr_get_addr_len(&one)) == 0;
}

bool within(const Network &network, const pj_sockaddr &address)
{
    if (network.family != address.addr.sa_family)
        return false;
    const unsigned char *bytes = static_cast<const unsigned char *>(pj_sockaddr_get_addr(&address));
    const unsigned whole = network.bits / 8, rest = network.bits % 8;
    if (std::memcmp(bytes, network.bytes, whole) != 0)
        return false;
    return rest == 0 || ((bytes[whole] ^ network.bytes[whole]) >> (8 - rest)) == 0;
}

bool isKnown(const pjsip_rx_data *rdata)
{
    /* A connection that we opened leads to a peer. */
    const pjsip_transport *transport = rdata->tp_info.transport;
    if (PJSIP_TRANSPORT_IS_RELIABLE(transport) && transport->dir == PJSIP_TP_DIR_OUTGOING)
        return true;
    return cornettaKnows(rdata->pkt_info.src_addr);
}

bool readNetwork(const string &written, Network &network)
{
    const string address = written.substr(0, written.find('/'));
    network.family = address.find(':') == string::npos ? pj_AF_INET() : pj_AF_INET6();
    const bool four = network.family == pj_AF_INET();
    if (inet_pton(four ? AF_INET : AF_INET6, address.c_str(), network.bytes) != 1)
        return false;
    network.bits = four ? 32 : 128;
    if (address.size() < written.size())
        network.bits = std::min(network.bits, static_cast<unsigned>(std::atoi(written.c_str() + address.size() + 1)));
    return true;
}

/* -- answers without a transaction */
void addHeader(pjsip_tx_data *tdata, const char *name, const char *value)
{
    pj_str_t header = pj_str(const_cast<char *>(name)), content = pj_str(const_cast<char *>(value));
    pjsip_generic_string_hdr *made = pjsip_generic_string_hdr_create(tdata->pool, &header, &content);
    pjsip_msg_add_hdr(tdata->msg, reinterpret_cast<pjsip_hdr *>(made));
}

/* To where the request came from, whatever its Via says beside the port (RFC 3261 18.2.2, RFC 3581 4). A stranger gets
 * no answer that is larger than the request: it may be sent in the name of somebody else. */
void respond(pjsip_rx_data *rdata, int code, bool stranger)
{
    pjsip_endpoint *endpoint = pjsua_get_pjsip_endpt();
    pjsip_tx_data *tdata;
    if (pjsip_endpt_create_response(endpoint, rdata, code, NULL, &tdata) != PJ_SUCCESS)
        return;
    if (!stranger && (code == 200 || code == 405))
        addHeader(tdata, "Allow", METHODS);
    if (!stranger && code == 200)
        addHeader(tdata, "Accept", "application/sdp");

    pjsip_response_addr to;
    pj_bzero(&to, sizeof(to));
    to.transport = rdata->tp_info.transport;
    pj_sockaddr_cp(&to.addr, &rdata->pkt_info.src_addr);
    to.addr_len = rdata->pkt_info.src_addr_len;
    const pjsip_via_hdr *via = rdata->msg_info.via;
    if (!PJSIP_TRANSPORT_IS_RELIABLE(to.transport) && via->rport_param < 0)
        pj_sockaddr_set_port(&to.addr, static_cast<pj_uint16_t>(via->sent_by.port ? via->sent_by.port : 5060));

    const bool fits = pjsip_tx_data_encode(tdata) == PJ_SUCCESS &&
                      (!stranger || tdata->buf.cur - tdata->buf.start <= rdata->msg_info.len);
    if (!fits || pjsip_endpt_send_response(endpoint, &to, tdata, NULL, NULL) != PJ_SUCCESS)
        pjsip_tx_data_dec_ref(tdata);
}

pj_bool_t answered(pjsip_rx_data *rdata, int code)
{
    if (code)
        respond(rdata, code, false);
    return PJ_TRUE;
}

pj_bool_t refuseStranger(pjsip_rx_data *rdata, int code)
{
    ++keptOut.strangers;
    if (code && forStrangers.take(now(), STRANGERS_RATE, STRANGERS_BURST))
        respond(rdata, code, true);
    return PJ_TRUE;
}

/* -- requests */
enum Kind { INVITE, ACK, BYE, CANCEL, OPTIONS, PRACK, UPDATE, REFER, INFO, NOTIFY, SUBSCRIPTION, OTHER };

Kind kindOf(const pjsip_method &method)
{
    static const struct { const char *name; Kind kind; } names[] = {
        {"INVITE", INVITE}, {"ACK", ACK}, {"BYE", BYE}, {"CANCEL", CANCEL}, {"OPTIONS", OPTIONS}, {"PRACK", PRACK},
        {"UPDATE", UPDATE}, {"REFER", REFER}, {"INFO", INFO}, {"NOTIFY", NOTIFY}, {"SUBSCRIBE", SUBSCRIPTION},
        {"PUBLISH", SUBSCRIPTION}};
    for (const auto &each : names)
        if (pj_strcmp2(&method.name, each.name) == 0)
            return each.kind;
    return OTHER;
}

/* What an answer to it says where there is no dialog for it, 0 for none. */
int codeOutside(Kind kind)
{
    switch (kind) {
    case OPTIONS: return 200;
    case NOTIFY: case SUBSCRIPTION: return 489;
    case BYE: case PRACK: case UPDATE: case INFO: return 481;
    case REFER: case OTHER: return 405;
    default: return 0;
    }
}

int codeForStranger(Kind kind)
{
    return kind == ACK || kind == CANCEL ? 0 : kind == NOTIFY || kind == SUBSCRIPTION ? 489 : 403;
}

/* Digits are the one use of INFO (RFC 6086 leaves other bodies to their packages). */
int codeOfInfo(const pjsip_msg *message)
{
    const pjsip_msg_body *body = message->body;
    if (!body || !body->len)
        return 200;
    const pj_str_t &kind = body->content_type.subtype;
    return is(body->content_type.type, "application") && (is(kind, "dtmf-relay") || is(kind, "dtmf")) ? 0 : 415;
}

/* The notices of a transfer that we asked for belong to pjsip. */
bool isOfTransfer(pjsip_msg *message)
{
    const pj_str_t name = {const_cast<char *>("Event"), 5}, brief = {const_cast<char *>("o"), 1};
    const void *found = pjsip_msg_find_hdr_by_names(message, &name, &brief, NULL);
    if (!found)
        return false;
    char written[64];
    const int length = pjsip_hdr_print_on(const_cast<void *>(found), written, sizeof(written) - 1);
    written[std::max(length, 0)] = '\0';
    const char *value = std::strchr(written, ':');
    return value && std::strstr(value, "refer") != NULL;
}

/* 0: for pjsip. */
int codeInside(Kind kind, pjsip_msg *message)
{
    switch (kind) {
    case OPTIONS: return 200;
    case INFO: return codeOfInfo(message);
    case NOTIFY: return isOfTransfer(message) ? 0 : 489;
    case SUBSCRIPTION: return 489;
    case OTHER: return 405;
    default: return 0;
    }
}

void forgetDialogs();

/* Whether the dialog has had its share. What ends it or belongs to a request that was let in always passes. */
bool tooMany(Kind kind, const pjsip_rx_data *rdata)
{
    if (kind == ACK || kind == BYE || kind == CANCEL || kind == PRACK)
        return false;
    if (dialogs.size() > DIALOGS_BOUND)
        forgetDialogs();
    if (dialogs.size() > DIALOGS_BOUND)
        dialogs.clear();
    const auto made = dialogs.emplace(text(rdata->msg_info.cid->id), Bucket{DIALOG_BURST, now()});
    return !made.first->second.take(now(), DIALOG_RATE, DIALOG_BURST);
}

bool inTransaction(pjsip_rx_data *rdata)
{
    pj_str_t key;
    const pjsip_method *method = &rdata->msg_info.cseq->method;
    if (method->id == PJSIP_CANCEL_METHOD || method->id == PJSIP_ACK_METHOD)
        method = pjsip_get_invite_method();
    if (pjsip_tsx_create_key(rdata->tp_info.pool, &key, PJSIP_ROLE_UAS, method, rdata) != PJ_SUCCESS)
        return false;
    return pjsip_tsx_layer_find_tsx(&key, PJ_FALSE) != NULL;
}

/* By Call-ID and both tags (RFC 3261 12.2.2), where pjsip looks at the tags alone. A dialog of ours may not know the
 * peer's tag yet. */
pjsip_dialog *dialogOf(const pjsip_rx_data *rdata)
{
    const pj_str_t none = {NULL, 0};
    const pj_str_t *callId = &rdata->msg_info.cid->id;
    const pj_str_t *ours = &rdata->msg_info.to->tag;
    pjsip_dialog *dialog = pjsip_ua_find_dialog(callId, ours, &rdata->msg_info.from->tag, PJ_FALSE);
    return dialog ? dialog : pjsip_ua_find_dialog(callId, ours, &none, PJ_FALSE);
}

pj_bool_t onRequestInside(pjsip_rx_data *rdata, Kind kind, bool friendly)
{
    if (inTransaction(rdata))
        return PJ_FALSE;
    pjsip_dialog *dialog = dialogOf(rdata);
    if (!dialog) {
        const int unknown = kind == ACK ? 0 : kind == OTHER ? 405 : 481;
        return friendly ? answered(rdata, unknown) : refuseStranger(rdata, unknown);
    }
    /* pjsip takes a re-INVITE to a call that is over, never answers it, and keeps the call for good. */
    const pjsip_inv_session *session = pjsip_dlg_get_inv_session(dialog);
    const bool over = !session || session->state == PJSIP_INV_STATE_DISCONNECTED;
    const bool concerned = kind != ACK && kind != CANCEL && !(kind == NOTIFY && isOfTransfer(rdata->msg_info.msg));
    const int code = over && concerned ? 481 : codeInside(kind, rdata->msg_info.msg);
    if (code)
        return answered(rdata, code);
    if (!tooMany(kind, rdata))
        return PJ_FALSE;
    ++keptOut.excess;
    return answered(rdata, PJSIP_SC_SERVICE_UNAVAILABLE);
}

pj_bool_t onRequest(pjsip_rx_data *rdata)
{
    /* Answers go where the request came from. RFC 3261 18.2.2 would let it name any host, which pjsip would look up. */
    rdata->msg_info.via->maddr_param.slen = 0;
    const Kind kind = kindOf(rdata->msg_info.msg->line.req.method);
    const bool friendly = isKnown(rdata);
    if (rdata->msg_info.to->tag.slen)
        return onRequestInside(rdata, kind, friendly);
    if (!friendly)
        return kind == CANCEL && inTransaction(rdata) ? PJ_FALSE : refuseStranger(rdata, codeForStranger(kind));
    const int code = codeOutside(kind);
    return code ? answered(rdata, code) : PJ_FALSE;
}

/* -- responses */
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

/* A dialog whose share is whole again is as good as a new one. */
void forgetDialogs()
{
    const double whole = now() - DIALOG_BURST / DIALOG_RATE;
    for (auto each = dialogs.begin(); each != dialogs.end();)
        each = each->second.at <= whole ? dialogs.erase(each) : std::next(each);
}

pj_status_t onRequestOfOurs(pjsip_tx_data *tdata)
{
    const pjsip_method &method = tdata->msg->line.req.method;
    if (method.id == PJSIP_ACK_METHOD)
        return PJ_SUCCESS;
    const pjsip_via_hdr *via = static_cast<pjsip_via_hdr *>(pjsip_msg_find_hdr(tdata->msg, PJSIP_H_VIA, NULL));
    const pjsip_cid_hdr *callId = static_cast<pjsip_cid_hdr *>(pjsip_msg_find_hdr(tdata->msg, PJSIP_H_CALL_ID, NULL));
    const pjsip_from_hdr *from = static_cast<pjsip_from_hdr *>(pjsip_msg_find_hdr(tdata->msg, PJSIP_H_FROM, NULL));
    if (!via || !callId || !from)
        return PJ_SUCCESS;
    const long at = static_cast<long>(now());
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
pj_bool_t onResponse(pjsip_rx_data *rdata)
{
    const auto found = sent.find(text(rdata->msg_info.via->branch_param));
    if (found == sent.end() || found->second.callId != text(rdata->msg_info.cid->id) ||
        found->second.tag != text(rdata->msg_info.from->tag)) {
        ++keptOut.strays;
        return PJ_TRUE;
    }
    if (!PJSIP_TRANSPORT_IS_RELIABLE(rdata->tp_info.transport) &&
        !sameAddress(found->second.to, rdata->pkt_info.src_addr) && !isKnown(rdata)) {
        ++keptOut.misplaced;
        keptOut.misplacedFrom = rdata->pkt_info.src_name;
        return PJ_TRUE;
    }
    if (rdata->msg_info.msg->line.status.code >= 200)
        found->second.until = std::min(found->second.until, static_cast<long>(now()) + ANSWERED_S);
    return PJ_FALSE;
}

/* Behind the log of pjsua, before the transaction layer and what looks for late answers. */
pjsip_module border = {
    NULL, NULL, {const_cast<char *>("mod-cornetta-border"), 19}, -1, PJSIP_MOD_PRIORITY_TSX_LAYER - 2,
    NULL, NULL, NULL, NULL, &onRequest, &onResponse, &onRequestOfOurs, NULL, NULL,
};
} // namespace

void cornettaGuardBorder() PJSUA2_THROW(Error)
{
    {
            known.clear();
        sent.clear();
        sentInOrder.clear();
        dialogs.clear();
        forStrangers = Bucket{STRANGERS_BURST, now()};
        keptOut = CornettaKeptOut();
    }
    border.id = -1;
    PJSUA2_CHECK_EXPR(pjsip_endpt_register_module(pjsua_get_pjsip_endpt(), &border));
}

void cornettaLetIn(const std::vector<string> &networks)
{
    known.clear();
    for (const string &written : networks) {
        Network network;
        if (readNetwork(written, network))
            known.push_back(network);
    }
}

bool cornettaKnows(const pj_sockaddr &address)
{
    return std::any_of(known.begin(), known.end(), [&address](const Network &each) { return within(each, address); });
}

CornettaKeptOut cornettaKeptOut()
{
    forgetSent(static_cast<long>(now()));
    forgetDialogs();
    CornettaKeptOut taken = keptOut;
    keptOut = CornettaKeptOut();
    return taken;
}
