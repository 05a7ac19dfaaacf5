#include "cornetta_calls.hpp"

#include <pjsua-lib/pjsua.h>

unsigned cornettaCallsInUse()
{
    return pjsua_get_state() == PJSUA_STATE_NULL ? 0 : pjsua_call_get_count();
}
