#include "cornetta_border.hpp"
#include "cornetta_networks.hpp"
#include "cornetta_pjsip.hpp"
#include "cornetta_sent.hpp"
#include "cornetta_words.hpp"

#include <pjsua2/endpoint.hpp>
#include <pjsua-lib/pjsua.h>

#include <algorithm>
#include <cstring>
#include <unordered_map>

#define THIS_FILE "cornetta_border.cpp"

using namespace pj; /* the macros of pjsua2 need its names */
using namespace cornetta;
using std::string;

namespace
{
/* The most requests of one dialog that take a transaction each: a keypad sends 10 INFOs a second at most. */
const double DIALOG_RATE = 10, DIALOG_BURST = 30;
const std::size_t DIALOGS_BOUND = 4096;

/* Answers to strangers, all together. */
const double STRANGERS_RATE = 200, STRANGERS_BURST = 200;

const char *const METHODS = "INVITE, ACK, BYE, CANCEL, OPTIONS, UPDATE, PRACK, INFO";

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

/* The owner's thread alone polls pjsip, sends, and uses the following. */
std::vector<Network> known;
std::unordered_map<string, Bucket> dialogs; /* by Call-ID */
Bucket forStrangers;
CornettaKeptOut keptOut;

double now()
{
    pj_time_val time;
    pj_gettickcount(&time);
    return time.sec + time.msec / 1000.0;
}

bool is(const pj_str_t &given, const char *wanted) { return pj_stricmp2(&given, wanted) == 0; }

bool isKnown(const pjsip_rx_data *rdata)
{
    /* A connection that we opened is one to a peer. */
    const pjsip_transport *transport = rdata->tp_info.transport;
    if (PJSIP_TRANSPORT_IS_RELIABLE(transport) && transport->dir == PJSIP_TP_DIR_OUTGOING)
        return true;
    return cornettaKnows(rdata->pkt_info.src_addr);
}

/* -- answers without a transaction */
void addHeader(pjsip_tx_data *tdata, const char *name, const char *value)
{
    pj_str_t header = pj_str(const_cast<char *>(name)), content = pj_str(const_cast<char *>(value));
    pjsip_generic_string_hdr *made = pjsip_generic_string_hdr_create(tdata->pool, &header, &content);
    pjsip_msg_add_hdr(tdata->msg, reinterpret_cast<pjsip_hdr *>(made));
}

/* Respond to the source of the request; of its Via only the port counts (RFC 3261 18.2.2, RFC 3581 4). A stranger gets
 * no answer larger than the request, as the source may be forged. */
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

/* The code of the answer to a request without a dialog, 0 for no answer. */
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

/* INFO is used for digits alone (RFC 6086 leaves other bodies to their packages). */
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

/* A dialog whose bucket is full again is like a new one. */
void forgetDialogs()
{
    const double whole = now() - DIALOG_BURST / DIALOG_RATE;
    for (auto each = dialogs.begin(); each != dialogs.end();)
        each = each->second.at <= whole ? dialogs.erase(each) : std::next(each);
}

/* Whether the dialog has used up its bucket. Requests that end it or belong to an accepted request always pass. */
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

/* By Call-ID and both tags (RFC 3261 12.2.2), while pjsip compares the tags alone. A dialog of ours may not know the
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
    /* Answers go to the source of the request. By RFC 3261 18.2.2 it could name any host, which pjsip would look up. */
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
pj_bool_t onResponse(pjsip_rx_data *rdata)
{
    switch (judgeResponse(rdata, isKnown(rdata))) {
    case STRAY:
        ++keptOut.strays;
        return PJ_TRUE;
    case MISPLACED:
        ++keptOut.misplaced;
        keptOut.misplacedFrom = rdata->pkt_info.src_name;
        return PJ_TRUE;
    default:
        return PJ_FALSE;
    }
}

/* After the log of pjsua, before the module for late answers. */
pjsip_module border = makeModule("mod-cornetta-border", AT_THE_BORDER, &onRequest, &onResponse, &noteRequest);
} // namespace

void cornettaGuardBorder() PJSUA2_THROW(Error)
{
    known.clear();
    dialogs.clear();
    forgetAllRequests();
    forStrangers = Bucket{STRANGERS_BURST, now()};
    keptOut = CornettaKeptOut();
    registerModule(border);
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
    return std::any_of(known.begin(), known.end(), [&address](const Network &each) { return within(address, each); });
}

CornettaKeptOut cornettaKeptOut()
{
    forgetOldRequests();
    forgetDialogs();
    CornettaKeptOut taken = keptOut;
    keptOut = CornettaKeptOut();
    return taken;
}
