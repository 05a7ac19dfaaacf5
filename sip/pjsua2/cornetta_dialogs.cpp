#include "cornetta_dialogs.hpp"
#include "cornetta_pjsip.hpp"
#include "cornetta_words.hpp"

#include <pjsua2/endpoint.hpp>
#include <pjsua-lib/pjsua.h>
#include <pjsua-lib/pjsua_internal.h>

#include <map>
#include <mutex>

#undef THIS_FILE
#define THIS_FILE "cornetta_dialogs.cpp"

using namespace pj; /* the macros of pjsua2 need its names */
using namespace cornetta;
using std::string;

namespace
{

/* The most requests of ours that are missing in the file of dialogs; the CSeq is raised by it. */
const int CSEQ_ABOVE = 1000;
const std::size_t MAX_ORPHANS = 16384;
const int LONGEST_HEADER = 2000;

struct Orphan
{
    int account;
    CornettaDialog dialog;
};

std::mutex guard;
std::map<string, Orphan> orphans;
Strings answered;

string printed(pjsip_uri_context_e context, const void *uri)
{
    char buffer[LONGEST_HEADER];
    int length = uri ? pjsip_uri_print(context, uri, buffer, sizeof(buffer)) : 0;
    return string(buffer, length > 0 ? length : 0);
}

/* The value of a header after its colon. */
string value(const void *header)
{
    char buffer[LONGEST_HEADER];
    int length = pjsip_hdr_print_on((void *)header, buffer, sizeof(buffer));
    string whole(buffer, length > 0 ? length : 0);
    std::size_t colon = whole.find(": ");
    return colon == string::npos ? "" : whole.substr(colon + 2);
}

Strings routesOf(pjsip_msg *msg)
{
    Strings routes;
    for (pjsip_hdr *one = msg->hdr.next; one != &msg->hdr; one = one->next)
        if (one->type == PJSIP_H_ROUTE)
            routes.push_back(value(one));
    return routes;
}

void ofInvite(pjsip_transaction *invite, CornettaDialog &found)
{
    pjsip_msg *msg = invite->last_tx->msg;
    char address[PJ_INET6_ADDRSTRLEN + 10];
    found.uri = printed(PJSIP_URI_IN_REQ_URI, msg->line.req.uri);
    found.remoteTag.clear();
    found.cseq = invite->cseq;
    found.branch = text(invite->branch);
    found.routes = routesOf(msg);
    if (invite->addr_len > 0)
        found.peer = pj_sockaddr_print(&invite->addr, address, sizeof(address), 3);
}

void ofDialog(pjsip_dialog *dialog, CornettaDialog &found)
{
    found.uri = printed(PJSIP_URI_IN_REQ_URI, dialog->target);
    found.remoteTag = text(dialog->remote.info->tag);
    found.cseq = dialog->local.cseq;
    for (pjsip_route_hdr *one = dialog->route_set.next; one != &dialog->route_set; one = one->next)
        found.routes.push_back(value(one));
}

template <typename Header> Header *headerOf(pjsip_msg *msg, pjsip_hdr_e type)
{
    return (Header *)pjsip_msg_find_hdr(msg, type, NULL);
}

void setParty(pj_pool_t *pool, pjsip_fromto_hdr *header, const string &party, const string &tag)
{
    pj_str_t copy;
    pj_strdup2_with_null(pool, &copy, party.c_str());
    pjsip_uri *uri = pjsip_parse_uri(pool, copy.ptr, copy.slen, PJSIP_PARSE_URI_AS_NAMEADDR);
    if (uri)
        header->uri = uri;
    pj_strdup2(pool, &header->tag, tag.c_str());
}

/* A request of a dialog of the former engine: pjsua's headers from the account are overwritten. */
pj_status_t makeRequest(int account, const pjsip_method *method, const CornettaDialog &dialog, const Strings &routes,
                        int cseq, pjsip_tx_data **made)
{
    pj_str_t target = pj_str(const_cast<char *>(dialog.uri.c_str()));
    pj_status_t status = pjsua_acc_create_request(account, method, &target, made);
    if (status != PJ_SUCCESS)
        return status;
    pjsip_msg *msg = (*made)->msg;
    pj_pool_t *pool = (*made)->pool;
    setParty(pool, headerOf<pjsip_from_hdr>(msg, PJSIP_H_FROM), dialog.local, dialog.localTag);
    setParty(pool, headerOf<pjsip_to_hdr>(msg, PJSIP_H_TO), dialog.remote, dialog.remoteTag);
    pj_strdup2(pool, &headerOf<pjsip_cid_hdr>(msg, PJSIP_H_CALL_ID)->id, dialog.callId.c_str());
    headerOf<pjsip_cseq_hdr>(msg, PJSIP_H_CSEQ)->cseq = cseq;
    while (pjsip_hdr *old = headerOf<pjsip_hdr>(msg, PJSIP_H_ROUTE))
        pj_list_erase(old);
    const pj_str_t name = pj_str((char *)"Route");
    for (const string &route : routes) {
        pj_str_t copy;
        pj_strdup2_with_null(pool, &copy, route.c_str());
        void *parsed = pjsip_parse_hdr(pool, &name, copy.ptr, copy.slen, NULL);
        if (parsed)
            pjsip_msg_add_hdr(msg, (pjsip_hdr *)parsed);
    }
    return PJ_SUCCESS;
}

/* CANCEL and ACK go to the address of the INVITE, under the same branch. */
void likeTheInvite(pjsip_tx_data *request, const CornettaDialog &dialog)
{
    pjsip_via_hdr *via = headerOf<pjsip_via_hdr>(request->msg, PJSIP_H_VIA);
    if (!via) {
        via = pjsip_via_hdr_create(request->pool);
        pjsip_msg_insert_first_hdr(request->msg, (pjsip_hdr *)via);
    }
    pj_strdup2(request->pool, &via->branch_param, dialog.branch.c_str());
    pjsip_host_info where;
    pj_sockaddr peer;
    pj_str_t address = pj_str(const_cast<char *>(dialog.peer.c_str()));
    if (pj_sockaddr_parse(pj_AF_UNSPEC(), 0, &address, &peer) != PJ_SUCCESS ||
        pjsip_get_request_dest(request, &where) != PJ_SUCCESS)
        return;
    pjsip_server_addresses &to = request->dest_info.addr;
    to.count = 1;
    /* A URI that names no transport means UDP. */
    to.entry[0].type = where.type == PJSIP_TRANSPORT_UNSPECIFIED ? PJSIP_TRANSPORT_UDP : where.type;
    if (peer.addr.sa_family == pj_AF_INET6())
        to.entry[0].type = (pjsip_transport_type_e)((int)to.entry[0].type | PJSIP_TRANSPORT_IPV6);
    to.entry[0].addr = peer;
    to.entry[0].addr_len = pj_sockaddr_get_len(&peer);
}

void onAnswer(void *token, pjsip_event *event);

void send(pjsip_tx_data *request, int account)
{
    /* The token holds the account; the second try, with credentials, is the last. */
    pjsip_endpt_send_request(pjsua_get_pjsip_endpt(), request, -1, (void *)(pj_ssize_t)(account + 1), &onAnswer);
}

void onAnswer(void *token, pjsip_event *event)
{
    const int account = (int)(pj_ssize_t)token - 1;
    pjsip_transaction *tsx = event->body.tsx_state.tsx;
    pjsua_acc_config config;
    if (account < 0 || event->body.tsx_state.type != PJSIP_EVENT_RX_MSG || !pjsua_acc_is_valid(account) ||
        (tsx->status_code != 401 && tsx->status_code != 407) || tsx->method.id != PJSIP_BYE_METHOD)
        return;
    pj_pool_t *pool = pjsua_pool_create("cornetta-end", 1000, 1000);
    if (!pool)
        return;
    pjsip_auth_clt_sess session;
    pjsip_tx_data *again = NULL;
    pjsua_acc_config_default(&config);
    if (pjsua_acc_get_config(account, pool, &config) == PJ_SUCCESS && config.cred_count > 0 &&
        pjsip_auth_clt_init(&session, pjsua_get_pjsip_endpt(), pool, 0) == PJ_SUCCESS &&
        pjsip_auth_clt_set_credentials(&session, config.cred_count, config.cred_info) == PJ_SUCCESS &&
        pjsip_auth_clt_reinit_req(&session, event->body.tsx_state.src.rdata, tsx->last_tx, &again) == PJ_SUCCESS)
    {
        headerOf<pjsip_cseq_hdr>(again->msg, PJSIP_H_CSEQ)->cseq += 1;
        pjsip_tx_data_invalidate_msg(again);
        send(again, -1);
    }
    pj_pool_release(pool);
}

void bye(const Orphan &orphan)
{
    pjsip_method method;
    pjsip_tx_data *request;
    pj_str_t name = pj_str((char *)"BYE");
    pjsip_method_init_np(&method, &name);
    const int cseq = orphan.dialog.cseq + CSEQ_ABOVE;
    if (makeRequest(orphan.account, &method, orphan.dialog, orphan.dialog.routes, cseq, &request) == PJ_SUCCESS)
        send(request, orphan.account);
}

void acknowledge(const Orphan &orphan, bool likeInvite)
{
    pjsip_method method;
    pjsip_tx_data *request;
    pj_str_t name = pj_str((char *)"ACK");
    pjsip_method_init_np(&method, &name);
    if (makeRequest(orphan.account, &method, orphan.dialog, orphan.dialog.routes, orphan.dialog.cseq, &request) !=
        PJ_SUCCESS)
        return;
    if (likeInvite)
        likeTheInvite(request, orphan.dialog);
    pjsip_endpt_send_request_stateless(pjsua_get_pjsip_endpt(), request, NULL, NULL);
}

/* The dialog that an early one becomes by a 200. */
CornettaDialog confirmedBy(const CornettaDialog &early, pjsip_rx_data *rdata)
{
    CornettaDialog made = early;
    pjsip_msg *msg = rdata->msg_info.msg;
    made.early = false;
    made.remoteTag = text(rdata->msg_info.to->tag);
    pjsip_contact_hdr *contact = headerOf<pjsip_contact_hdr>(msg, PJSIP_H_CONTACT);
    if (contact && contact->uri)
        made.uri = printed(PJSIP_URI_IN_REQ_URI, pjsip_uri_get_uri(contact->uri));
    made.routes.clear();
    for (pjsip_hdr *one = msg->hdr.next; one != &msg->hdr; one = one->next)
        if (one->type == PJSIP_H_RECORD_ROUTE)
            made.routes.insert(made.routes.begin(), value(one));
    return made;
}

bool isAnswerTo(const CornettaDialog &dialog, const pjsip_rx_data *rdata)
{
    return rdata->msg_info.cseq->method.id == PJSIP_INVITE_METHOD && rdata->msg_info.cseq->cseq == dialog.cseq &&
           text(rdata->msg_info.from->tag) == dialog.localTag && rdata->msg_info.via &&
           text(rdata->msg_info.via->branch_param) == dialog.branch;
}

pj_bool_t onResponse(pjsip_rx_data *rdata)
{
    const int code = rdata->msg_info.msg->line.status.code;
    if (code < 200 || rdata->msg_info.cseq->method.id != PJSIP_INVITE_METHOD)
        return PJ_FALSE;
    Orphan orphan;
    {
        std::lock_guard<std::mutex> held(guard);
        auto found = orphans.find(text(rdata->msg_info.cid->id));
        if (found == orphans.end() || !isAnswerTo(found->second.dialog, rdata))
            return PJ_FALSE;
        orphan = found->second;
    }
    if (code >= 300) {
        orphan.dialog.remoteTag = text(rdata->msg_info.to->tag);
        acknowledge(orphan, true);
        return PJ_TRUE;
    }
    orphan.dialog = confirmedBy(orphan.dialog, rdata);
    acknowledge(orphan, false);
    bye(orphan);
    std::lock_guard<std::mutex> held(guard);
    if (answered.size() < MAX_ORPHANS)
        answered.push_back(orphan.dialog.callId);
    return PJ_TRUE;
}

/* The response belongs to no transaction of this process. */
pjsip_module watcher = makeModule("mod-cornetta-orphans", BEHIND_THE_BORDER, NULL, &onResponse);

} // namespace

void cornettaWatchOrphans() PJSUA2_THROW(Error)
{
    {
        std::lock_guard<std::mutex> held(guard);
        orphans.clear();
        answered.clear();
    }
    registerModule(watcher);
}

CornettaDialog cornettaDialog(int callIndex) PJSUA2_THROW(Error)
{
    const bool valid = callIndex >= 0 && callIndex < (int)pjsua_var.ua_cfg.max_calls;
    pjsip_inv_session *session = valid ? pjsua_var.calls[callIndex].inv : NULL;
    if (!session || session->state == PJSIP_INV_STATE_NULL || session->state == PJSIP_INV_STATE_DISCONNECTED)
        PJSUA2_RAISE_ERROR(PJ_ENOTFOUND);
    CornettaDialog found;
    pjsip_dialog *dialog = session->dlg;
    found.early = session->state < PJSIP_INV_STATE_CONNECTING;
    found.callId = text(dialog->call_id->id);
    found.local = printed(PJSIP_URI_IN_FROMTO_HDR, dialog->local.info->uri);
    found.localTag = text(dialog->local.info->tag);
    found.remote = printed(PJSIP_URI_IN_FROMTO_HDR, dialog->remote.info->uri);
    if (!found.early)
        ofDialog(dialog, found);
    else if (session->invite_tsx && session->invite_tsx->role == PJSIP_ROLE_UAC && session->invite_tsx->last_tx)
        ofInvite(session->invite_tsx, found);
    else
        PJSUA2_RAISE_ERROR(PJ_ENOTFOUND);
    return found;
}

void cornettaEndDialog(int accountIndex, const CornettaDialog &dialog) PJSUA2_THROW(Error)
{
    const Orphan orphan = {accountIndex, dialog};
    if (!dialog.early) {
        bye(orphan);
        return;
    }
    {
        std::lock_guard<std::mutex> held(guard);
        if (orphans.size() < MAX_ORPHANS)
            orphans[dialog.callId] = orphan;
    }
    pjsip_tx_data *request;
    PJSUA2_CHECK_EXPR(
        makeRequest(accountIndex, &pjsip_cancel_method, dialog, dialog.routes, dialog.cseq, &request));
    likeTheInvite(request, dialog);
    send(request, accountIndex);
}

std::vector<std::string> cornettaOrphansAnswered()
{
    Strings taken;
    std::lock_guard<std::mutex> held(guard);
    taken.swap(answered);
    return taken;
}
