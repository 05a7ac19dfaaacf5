#include "cornetta_sdp_judgement.hpp"
#include "cornetta_words.hpp"

#include <pjmedia.h>

#include <map>

using std::string;

namespace cornetta
{

namespace
{

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

/* Negotiate offer and answer as pjsip will. For pjmedia common digits count as a common codec. */
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

} // namespace

string sdpProblem(pj_pool_t *pool, const pjmedia_sdp_session *offer, const string &sdp)
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

} // namespace cornetta
