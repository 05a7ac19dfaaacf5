#include "cornetta_pjsip.hpp"

#include <pjsua2/endpoint.hpp>
#include <pjsua-lib/pjsua.h>

#define THIS_FILE "cornetta_pjsip.cpp"

using namespace pj; /* the macros of pjsua2 need its names */
using std::string;

namespace cornetta
{

pjsip_module makeModule(const char *name, Place place, pj_bool_t (*onRequest)(pjsip_rx_data *),
                        pj_bool_t (*onResponse)(pjsip_rx_data *), pj_status_t (*onRequestSent)(pjsip_tx_data *))
{
    pjsip_module made;
    pj_bzero(&made, sizeof(made));
    made.name = pj_str(const_cast<char *>(name));
    made.id = -1;
    made.priority = place;
    made.on_rx_request = onRequest;
    made.on_rx_response = onResponse;
    made.on_tx_request = onRequestSent;
    return made;
}

void registerModule(pjsip_module &made) PJSUA2_THROW(Error)
{
    made.id = -1;
    PJSUA2_CHECK_EXPR(pjsip_endpt_register_module(pjsua_get_pjsip_endpt(), &made));
}

pjsip_inv_session *sessionOf(const pjsip_rx_data *response)
{
    const pj_str_t none = {NULL, 0};
    const pj_str_t *callId = &response->msg_info.cid->id;
    const pj_str_t *ours = &response->msg_info.from->tag;
    pjsip_dialog *dialog = pjsip_ua_find_dialog(callId, ours, &response->msg_info.to->tag, PJ_FALSE);
    if (!dialog)
        dialog = pjsip_ua_find_dialog(callId, ours, &none, PJ_FALSE);
    return dialog ? pjsip_dlg_get_inv_session(dialog) : NULL;
}

} // namespace cornetta
