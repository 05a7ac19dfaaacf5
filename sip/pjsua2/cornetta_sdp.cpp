#include "cornetta_sdp.hpp"

#include <pjsua2/endpoint.hpp>
#include <pjsua-lib/pjsua.h>

#include <algorithm>
#include <cctype>
#include <deque>
#include <map>
#include <mutex>
#include <vector>

#define THIS_FILE "cornetta_sdp.cpp"

using namespace pj; /* the macros of pjsua2 take its names for granted */
using std::string;
typedef std::vector<string> Strings;

namespace
{

const std::size_t MAX_PROBLEMS = 4096;
const std::size_t MAX_NAME = 24;
const char *const ANY_ORIGIN = "o=- 1 1 IN IP4 127.0.0.1";

std::mutex guard;
std::map<string, string> problems;
std::deque<string> problemsInOrder;

/* -- text ------------------------------------------------------------------------------------------------------- */

string text(const pj_str_t &from) { return string(from.ptr, from.slen > 0 ? from.slen : 0); }

Strings split(const string &line, char by)
{
    Strings words;
    std::size_t at = 0;
    while (at < line.size()) {
        std::size_t end = line.find(by, at);
        if (end == string::npos)
            end = line.size();
        if (end > at)
            words.push_back(line.substr(at, end - at));
        at = end + 1;
    }
    return words;
}

string joined(const Strings &words, const string &by)
{
    string whole;
    for (std::size_t i = 0; i < words.size(); ++i)
        whole += (i ? by : "") + words[i];
    return whole;
}

bool isNumber(const string &word)
{
    return !word.empty() && word.find_first_not_of("0123456789") == string::npos;
}

bool begins(const string &line, const string &with) { return line.compare(0, with.size(), with) == 0; }

string inCapitals(string word)
{
    for (char &letter : word)
        letter = (char)std::toupper((unsigned char)letter);
    return word;
}

/* What a peer wrote, fit for a message to people. */
string shown(const string &word)
{
    string clean;
    for (char letter : word.substr(0, MAX_NAME))
        clean += letter > ' ' && letter < 127 ? letter : '?';
    return clean;
}

/* Lines without their ends, empty ones left out. */
Strings linesOf(const string &sdp)
{
    Strings lines;
    for (string &line : split(sdp, '\n')) {
        while (!line.empty() && (line.back() == '\r' || line.back() == ' ' || line.back() == '\t'))
            line.pop_back();
        if (!line.empty())
            lines.push_back(line);
    }
    return lines;
}

/* -- what others accept ------------------------------------------------------------------------------------------ */

/* Nothing is made of the origin but whether it is there, so one that cannot be read is as good as any. A name with
 * spaces is one word too many. */
string origin(const string &line)
{
    Strings words = split(line.substr(2), ' ');
    if (words.size() < 5)
        return ANY_ORIGIN;
    Strings last(words.end() - 5, words.end());
    last[2] = inCapitals(last[2]);
    last[3] = inCapitals(last[3]);
    if (!isNumber(last[0]) || !isNumber(last[1]) || last[2] != "IN" || (last[3] != "IP4" && last[3] != "IP6"))
        return ANY_ORIGIN;
    Strings name(words.begin(), words.end() - 5);
    return "o=" + (name.empty() ? string("-") : joined(name, "_")) + " " + joined(last, " ");
}

string connection(const string &line)
{
    Strings words = split(line.substr(2), ' ');
    if (words.size() < 3)
        return line;
    words[0] = inCapitals(words[0]);
    words[1] = inCapitals(words[1]);
    return "c=" + joined(words, " ");
}

/* A dynamic payload type that no rtpmap explains cannot be meant; pjmedia refuses the whole SDP for it. */
void dropUnexplained(Strings &section)
{
    Strings words = split(section[0], ' ');
    Strings kept(words.begin(), words.begin() + std::min<std::size_t>(3, words.size()));
    for (std::size_t i = 3; i < words.size(); ++i) {
        bool explained = !isNumber(words[i]) || words[i].size() > 3 || std::stoi(words[i]) < 96;
        for (const string &line : section)
            explained = explained || begins(line, "a=rtpmap:" + words[i] + " ");
        if (explained)
            kept.push_back(words[i]);
    }
    if (kept.size() > 3 && kept.size() < words.size())
        section[0] = joined(kept, " ");
}

/* The SDP as pjmedia wants it. What cannot be put right stays as it is. */
string normalised(const string &sdp)
{
    Strings head;
    std::vector<Strings> sections;
    bool hasOrigin = false, hasName = false;
    for (const string &line : linesOf(sdp)) {
        if (begins(line, "m="))
            sections.push_back(Strings());
        Strings &to = sections.empty() ? head : sections.back();
        if (begins(line, "o=")) {
            hasOrigin = true;
            to.push_back(origin(line));
        } else if (begins(line, "s=")) {
            hasName = true;
            to.push_back(line.size() == 2 ? "s=-" : line);
        } else if (begins(line, "c="))
            to.push_back(connection(line));
        else
            to.push_back(line);
    }
    if (head.empty() || !begins(head[0], "v="))
        return sdp; /* no SDP at all */
    Strings added;
    if (!hasOrigin)
        added.push_back(ANY_ORIGIN);
    if (!hasName)
        added.push_back("s=-");
    head.insert(head.begin() + 1, added.begin(), added.end());
    string whole = joined(head, "\r\n") + "\r\n";
    for (Strings &section : sections) {
        dropUnexplained(section);
        whole += joined(section, "\r\n") + "\r\n";
    }
    return whole;
}

/* -- what cannot be heard ---------------------------------------------------------------------------------------- */

const char *unreadable(pj_status_t status)
{
    switch (status) {
    case PJMEDIA_SDP_EINVER: return "a v= line that is not v=0";
    case PJMEDIA_SDP_EINORIGIN: return "a broken o= line";
    case PJMEDIA_SDP_EINTIME: return "a broken t= line";
    case PJMEDIA_SDP_EINCONN: return "a broken c= line";
    case PJMEDIA_SDP_EMISSINGCONN: return "no c= line";
    case PJMEDIA_SDP_EINMEDIA: return "a broken m= line";
    case PJMEDIA_SDP_ENOFMT: return "no codec in its m= line";
    case PJMEDIA_SDP_EINPT: return "a payload type above 127";
    case PJMEDIA_SDP_EINATTR:
    case PJMEDIA_SDP_EINRTPMAP:
    case PJMEDIA_SDP_EMISSINGRTPMAP: return "a broken a= line";
    default: return "it is no SDP";
    }
}

string codecName(const pjmedia_sdp_media *media, const pj_str_t &payload)
{
    static const std::map<string, string> known = {
        {"0", "PCMU"}, {"3", "GSM"}, {"4", "G723"}, {"8", "PCMA"}, {"9", "G722"}, {"13", "CN"}, {"15", "G728"},
        {"18", "G729"},
    };
    const pjmedia_sdp_attr *attr = pjmedia_sdp_attr_find2(media->attr_count, media->attr, "rtpmap", &payload);
    if (attr) {
        Strings words = split(text(attr->value), ' ');
        if (words.size() > 1)
            return inCapitals(shown(words[1].substr(0, words[1].find('/'))));
    }
    auto found = known.find(text(payload));
    return found == known.end() ? "payload type " + shown(text(payload)) : found->second;
}

string codecs(const pjmedia_sdp_media *media)
{
    Strings names;
    for (unsigned i = 0; i < media->desc.fmt_count; ++i) {
        string name = codecName(media, media->desc.fmt[i]);
        if (name != "TELEPHONE-EVENT" && name != "CN")
            names.push_back(name);
    }
    return names.empty() ? "none" : joined(names, ", ");
}

const pjmedia_sdp_conn *connectionOf(const pjmedia_sdp_session *sdp)
{
    return sdp->media[0]->conn ? sdp->media[0]->conn : sdp->conn;
}

bool isSecure(const pjmedia_sdp_media *media) { return text(media->desc.transport).find("SAVP") != string::npos; }

bool hasKey(const pjmedia_sdp_media *media)
{
    return pjmedia_sdp_attr_find2(media->attr_count, media->attr, "crypto", NULL) != NULL;
}

string profileProblem(const pjmedia_sdp_media *ours, const pjmedia_sdp_media *theirs)
{
    const string profile = shown(text(theirs->desc.transport));
    if (isSecure(theirs) && !isSecure(ours) && !hasKey(ours))
        return "its SDP wants encryption (" + profile + "), which we did not offer";
    if (isSecure(theirs) && !hasKey(theirs))
        return "its SDP wants encryption (" + profile + ") and gives no key (a=crypto)";
    if (isSecure(ours) && !isSecure(theirs))
        return "its SDP has no encryption (" + profile + "), which we asked for";
    return "";
}

/* Offer and answer put together, as pjsip will do it. For pjmedia digits in common are a codec in common. */
bool agree(pj_pool_t *pool, const pjmedia_sdp_session *offer, const pjmedia_sdp_session *answer)
{
    pjmedia_sdp_neg *trial;
    const pjmedia_sdp_session *outcome;
    return pjmedia_sdp_neg_create_w_local_offer(pool, offer, &trial) == PJ_SUCCESS &&
           pjmedia_sdp_neg_set_remote_answer(pool, trial, answer) == PJ_SUCCESS &&
           pjmedia_sdp_neg_negotiate(pool, trial, PJ_FALSE) == PJ_SUCCESS &&
           pjmedia_sdp_neg_get_active_local(trial, &outcome) == PJ_SUCCESS && outcome->media_count > 0 &&
           outcome->media[0]->desc.port != 0 && codecs(outcome->media[0]) != "none";
}

string problemOf(pj_pool_t *pool, const pjmedia_sdp_session *offer, const string &sdp)
{
    pj_str_t copy;
    pjmedia_sdp_session *answer = NULL;
    pj_strdup2_with_null(pool, &copy, sdp.c_str());
    pj_status_t status = pjmedia_sdp_parse(pool, copy.ptr, copy.slen, &answer);
    if (status == PJ_SUCCESS)
        status = pjmedia_sdp_validate2(answer, PJ_FALSE);
    if (status != PJ_SUCCESS)
        return string("its SDP cannot be read (") + unreadable(status) + ")";
    if (answer->media_count == 0 || pj_stricmp2(&answer->media[0]->desc.media, "audio") != 0)
        return "its SDP has no audio line where we offered one";
    const pjmedia_sdp_media *ours = offer->media[0], *theirs = answer->media[0];
    if (theirs->desc.port == 0)
        return "its SDP refuses the audio (port 0)";
    const pjmedia_sdp_conn *here = connectionOf(offer), *there = connectionOf(answer);
    if (here && there && pj_strcmp(&here->addr_type, &there->addr_type) != 0)
        return "its SDP names an " + shown(text(there->addr_type)) + " address, and we speak " +
               shown(text(here->addr_type)) + " only";
    const string profile = profileProblem(ours, theirs);
    if (!profile.empty())
        return profile;
    if (!agree(pool, offer, answer))
        return "its SDP takes " + codecs(theirs) + ", and we offered " + codecs(ours);
    return "";
}

/* -- pjsip ------------------------------------------------------------------------------------------------------- */

/* The SDP of a message, be it a part of several; NULL where there is none. */
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

/* The INVITE session whose first offer the response answers; NULL for all else. */
pjsip_inv_session *firstOffer(const pjsip_rx_data *rdata)
{
    const pj_str_t none = {NULL, 0};
    const pj_str_t *callId = &rdata->msg_info.cid->id;
    const pj_str_t *ours = &rdata->msg_info.from->tag;
    pjsip_dialog *dialog = pjsip_ua_find_dialog(callId, ours, &rdata->msg_info.to->tag, PJ_FALSE);
    if (!dialog)
        dialog = pjsip_ua_find_dialog(callId, ours, &none, PJ_FALSE);
    pjsip_inv_session *session = dialog ? pjsip_dlg_get_inv_session(dialog) : NULL;
    if (!session || session->role != PJSIP_ROLE_UAC || !session->invite_tsx || !session->neg ||
        (session->state != PJSIP_INV_STATE_CALLING && session->state != PJSIP_INV_STATE_EARLY))
        return NULL;
    return session;
}

/* What is known already of a call stays where there is nothing better to say (`unlessTold`). */
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
    problems.erase(text(callId)); /* its place in the order is no harm */
}

string judged(pjsip_inv_session *session, const pjsip_msg_body *body)
{
    pjsip_tdata_sdp_info *offered = pjsip_tdata_get_sdp_info(session->invite_tsx->last_tx);
    if (!offered->sdp || offered->sdp->media_count == 0)
        return "";
    pj_pool_t *pool = pjsua_pool_create("cornetta-sdp", 4000, 4000);
    if (!pool)
        return "";
    const string problem = problemOf(pool, offered->sdp, string((const char *)body->data, body->len));
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
    /* Early media that is of no use is no reason to give the call up, nor is a second answer that is worse than the
     * first. And a 200 without SDP is acknowledged by pjsip before its BYE, one with an SDP of no use is not. */
    rdata->msg_info.msg->body = NULL;
    if (!agreed)
        note(rdata->msg_info.cid->id, problem);
}

void putRight(const pjsip_rx_data *rdata, pjsip_msg_body *body)
{
    const string before((const char *)body->data, body->len);
    const string after = normalised(before);
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

/* Before the transaction layer, from which the rest of pjsip gets its messages. */
pjsip_module watcher = {
    NULL, NULL,
    {const_cast<char *>("mod-cornetta-sdp"), 16},
    -1,
    PJSIP_MOD_PRIORITY_TSX_LAYER - 2,
    NULL, NULL, NULL, NULL,
    &onRequest,
    &onResponse,
    NULL, NULL, NULL,
};

} // namespace

void cornettaWatchSdp() PJSUA2_THROW(Error)
{
    {
        std::lock_guard<std::mutex> held(guard);
        problems.clear();
        problemsInOrder.clear();
    }
    watcher.id = -1;
    PJSUA2_CHECK_EXPR(pjsip_endpt_register_module(pjsua_get_pjsip_endpt(), &watcher));
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
