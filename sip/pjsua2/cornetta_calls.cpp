#include "cornetta_calls.hpp"

#include <pjsua-lib/pjsua.h>
#include <pjsua-lib/pjsua_internal.h>

#undef THIS_FILE
#define THIS_FILE "cornetta_calls.cpp"

namespace
{

/* A call that is being hung up has a transaction (INVITE, CANCEL or BYE), or a timer that tries its BYE again. */
bool stuck(const pjsua_call &call)
{
    return call.inv && call.hanging_up && !call.hangup_timer.id && !call.med_ch_cb &&
           call.inv->state > PJSIP_INV_STATE_NULL && call.inv->state < PJSIP_INV_STATE_DISCONNECTED &&
           call.inv->dlg->tsx_count == 0;
}

} // namespace

unsigned cornettaCallsInUse()
{
    return pjsua_get_state() == PJSUA_STATE_NULL ? 0 : pjsua_call_get_count();
}

unsigned cornettaEndStuckCalls()
{
    unsigned ended = 0;
    if (pjsua_get_state() != PJSUA_STATE_RUNNING)
        return ended;
    for (unsigned i = 0; i < pjsua_var.ua_cfg.max_calls; ++i) {
        if (!stuck(pjsua_var.calls[i]))
            continue;
        PJ_LOG(3, (THIS_FILE, "Call %u was hung up and nothing ends it: terminated", i));
        pjsip_inv_terminate(pjsua_var.calls[i].inv, PJSIP_SC_REQUEST_TIMEOUT, PJ_TRUE);
        ++ended;
    }
    return ended;
}
