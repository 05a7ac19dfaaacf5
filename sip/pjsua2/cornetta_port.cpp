#include "cornetta_port.hpp"

#include <pjsua2/endpoint.hpp>

#include <string>

#define THIS_FILE "cornetta_port.cpp"

using namespace pj; /* the macros of pjsua2 take its names for granted */
using std::string;

/* -- what the media thread works on -------------------------------------------------------------------------------- */

CornettaPort::CornettaPort() : base(), pool(nullptr), closed(false)
{
}

CornettaPort::~CornettaPort()
{
}

void CornettaPort::onLeave()
{
}

std::size_t CornettaPort::samplesPerFrame() const
{
    return PJMEDIA_PIA_SPF(&base.info);
}

pj_status_t CornettaPort::putFrame(pjmedia_port *port, pjmedia_frame *frame)
{
    CornettaPort *ours = static_cast<CornettaPort *>(port->port_data.pdata);
    pj_grp_lock_acquire(port->grp_lock);
    if (!ours->closed)
        ours->onFrame(*frame);
    pj_grp_lock_release(port->grp_lock);
    return PJ_SUCCESS;
}

/* The last reference is gone, on the bridge's own tick as a rule. */
pj_status_t CornettaPort::onDestroy(pjmedia_port *port)
{
    CornettaPort *ours = static_cast<CornettaPort *>(port->port_data.pdata);
    pj_pool_t *pool = ours->pool;
    delete ours;
    pj_pool_release(pool);
    return PJ_SUCCESS;
}

/* With a pool and a lock of its own. Where it fails, neither is left. */
pj_status_t CornettaPort::prepare(const char *name, pj_uint32_t signature, const pjsua_conf_port_info &format)
{
    pool = pjsua_pool_create((string("cornetta-") + name + "%p").c_str(), 1024, 1024);
    if (!pool)
        return PJ_ENOMEM;
    pj_str_t named = pj_str(const_cast<char *>(name));
    pjmedia_port_info_init(&base.info, &named, signature, format.clock_rate, 1, 16, format.samples_per_frame);
    base.put_frame = &putFrame;
    base.on_destroy = &onDestroy;
    base.port_data.pdata = this;
    const pj_status_t status = pjmedia_port_init_grp_lock(&base, pool, NULL);
    if (status != PJ_SUCCESS)
        pj_pool_release(pool);
    return status;
}

/* -- what stands for it in pjsua2 ---------------------------------------------------------------------------------- */

pjsua_conf_port_info cornettaBridgeFormat() PJSUA2_THROW(Error)
{
    pjsua_conf_port_info master;
    PJSUA2_CHECK_EXPR(pjsua_conf_get_port_info(0, &master));
    return master;
}

CornettaMedia::CornettaMedia() : port(nullptr)
{
}

CornettaMedia::~CornettaMedia()
{
    leave();
}

bool CornettaMedia::isOpen() const
{
    return port != nullptr;
}

void CornettaMedia::open(CornettaPort *made, const char *name, pj_uint32_t signature) PJSUA2_THROW(Error)
{
    try {
        PJSUA2_CHECK_EXPR(made->prepare(name, signature, cornettaBridgeFormat()));
    } catch (Error &) {
        delete made;
        throw;
    }
    port = made;
    try {
        registerMediaPort2(&made->base, made->pool);
    } catch (Error &) {
        leave();
        throw;
    }
}

void CornettaMedia::leave()
{
    if (!port)
        return;
    CornettaPort *leaving = port;
    port = nullptr;
    if (pjsua_get_state() == PJSUA_STATE_NULL) {
        /* The library is gone, and with it the pool, the lock and every thread that knew this port. */
        leaving->onLeave();
        delete leaving;
        return;
    }
    /* Under the lock: the media thread is either done with this port or finds it closed. */
    pj_grp_lock_acquire(leaving->base.grp_lock);
    leaving->onLeave();
    leaving->closed = true;
    pj_grp_lock_release(leaving->base.grp_lock);
    PJSUA2_CATCH_IGNORE(unregisterMediaPort());
    pjmedia_port_destroy(&leaving->base);
}
