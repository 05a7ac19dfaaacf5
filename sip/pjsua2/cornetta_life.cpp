#include "cornetta_life.hpp"

#include <pjsua2/endpoint.hpp>
#include <pjsua-lib/pjsua.h>

#define THIS_FILE "cornetta_life.cpp"

using namespace pj; /* the macros of pjsua2 need its names */
using std::string;

CornettaLife cornettaLife(int callIndex) PJSUA2_THROW(Error)
{
    pjsua_stream_stat whole;
    PJSUA2_CHECK_EXPR(pjsua_call_get_stream_stat(callIndex, 0, &whole));
    /* The receiver's update count is no sign of the peer: it grows with each RTCP of our own, every 5 s. */
    return CornettaLife{whole.rtcp.rx.pkt, whole.rtcp.tx.update_cnt, whole.rtcp.rx.comfort_noise};
}
