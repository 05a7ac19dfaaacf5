#include "cornetta_recorder.hpp"

#include "cornetta_recording.hpp"

#include <pjsua2/endpoint.hpp>

#include <cerrno>

#define THIS_FILE "cornetta_recorder.cpp"

using namespace pj; /* the macros of pjsua2 take its names for granted */
using std::string;

/* What the media thread works on. `base` comes first: the bridge knows the port by a pointer to it. `closed` is guarded
 * by base.grp_lock. */
struct CornettaRecorderPort
{
    pjmedia_port base;
    pj_pool_t *pool;
    int side;
    bool closed;
    std::shared_ptr<CornettaRecording> recording;
};

namespace
{

/* Called by the bridge each 20 ms. A frame of another type than audio says that nothing is connected. */
pj_status_t putFrame(pjmedia_port *port, pjmedia_frame *frame)
{
    CornettaRecorderPort *ours = reinterpret_cast<CornettaRecorderPort *>(port);
    pj_grp_lock_acquire(port->grp_lock);
    if (!ours->closed) {
        const bool audio = frame->type == PJMEDIA_FRAME_TYPE_AUDIO;
        const std::size_t count = audio ? frame->size / sizeof(pj_int16_t) : PJMEDIA_PIA_SPF(&port->info);
        ours->recording->put(ours->side, frame->timestamp.u64,
                             audio ? static_cast<const std::int16_t *>(frame->buf) : nullptr, count);
    }
    pj_grp_lock_release(port->grp_lock);
    return PJ_SUCCESS;
}

/* The last reference is gone: the bridge removes ports on its own tick (asynchronous since pjsip 2.15). */
pj_status_t onDestroy(pjmedia_port *port)
{
    CornettaRecorderPort *ours = reinterpret_cast<CornettaRecorderPort *>(port);
    pj_pool_t *pool = ours->pool;
    delete ours;
    pj_pool_release(pool);
    return PJ_SUCCESS;
}

} // namespace

/* -- a channel ---------------------------------------------------------------------------------------------------- */

CornettaRecorderSide::CornettaRecorderSide() : port(nullptr)
{
}

CornettaRecorderSide::~CornettaRecorderSide()
{
    leave();
}

void CornettaRecorderSide::join(int side, const std::shared_ptr<CornettaRecording> &recording) PJSUA2_THROW(Error)
{
    /* Port 0 is the master port: the channel takes the bridge's own format, so that nothing is resampled. */
    pjsua_conf_port_info master;
    PJSUA2_CHECK_EXPR(pjsua_conf_get_port_info(0, &master));
    pj_pool_t *pool = pjsua_pool_create("cornetta-recorder%p", 1024, 1024);
    if (!pool)
        PJSUA2_RAISE_ERROR(PJ_ENOMEM);

    CornettaRecorderPort *made = new CornettaRecorderPort();
    made->pool = pool;
    made->side = side;
    made->recording = recording;
    pj_str_t name = pj_str(const_cast<char *>("recorder"));
    pjmedia_port_info_init(&made->base.info, &name, PJMEDIA_SIG_CLASS_APP('R', 'E', 'C'), master.clock_rate, 1, 16,
                           master.samples_per_frame);
    made->base.put_frame = &putFrame;
    made->base.on_destroy = &onDestroy;
    const pj_status_t status = pjmedia_port_init_grp_lock(&made->base, pool, NULL);
    if (status != PJ_SUCCESS) {
        delete made;
        pj_pool_release(pool);
        PJSUA2_RAISE_ERROR(status);
    }
    port = made;
    try {
        registerMediaPort2(&made->base, pool);
    } catch (Error &) {
        leave();
        throw;
    }
}

void CornettaRecorderSide::leave()
{
    if (!port)
        return;
    CornettaRecorderPort *leaving = port;
    port = nullptr;
    if (pjsua_get_state() == PJSUA_STATE_NULL) {
        /* The library is gone, and with it the pool, the lock and every thread that knew this port. */
        delete leaving;
        return;
    }
    /* Under the lock: the media thread is either done with this port or finds it closed. */
    pj_grp_lock_acquire(leaving->base.grp_lock);
    leaving->closed = true;
    pj_grp_lock_release(leaving->base.grp_lock);
    PJSUA2_CATCH_IGNORE(unregisterMediaPort());
    pjmedia_port_destroy(&leaving->base);
}

/* -- the recorder ------------------------------------------------------------------------------------------------- */

CornettaRecorder::CornettaRecorder()
{
}

CornettaRecorder::~CornettaRecorder()
{
    close();
}

void CornettaRecorder::create(const std::string &path) PJSUA2_THROW(Error)
{
    if (recording)
        PJSUA2_RAISE_ERROR(PJ_EEXISTS);
    pjsua_conf_port_info master;
    PJSUA2_CHECK_EXPR(pjsua_conf_get_port_info(0, &master));
    const std::shared_ptr<CornettaRecording> made = std::make_shared<CornettaRecording>(path, master.clock_rate);
    try {
        sides[0].join(0, made);
        sides[1].join(1, made);
    } catch (Error &) {
        sides[0].leave();
        throw;
    }
    if (!CornettaRecording::begin(made)) {
        sides[0].leave();
        sides[1].leave();
        PJSUA2_RAISE_ERROR(PJ_STATUS_FROM_OS(EAGAIN));
    }
    recording = made;
}

AudioMedia &CornettaRecorder::left()
{
    return sides[0];
}

AudioMedia &CornettaRecorder::right()
{
    return sides[1];
}

void CornettaRecorder::pause(bool on)
{
    if (recording)
        recording->pause(on);
}

void CornettaRecorder::close()
{
    sides[0].leave();
    sides[1].leave();
    if (recording)
        recording->end();
}

bool CornettaRecorder::opened() const
{
    return recording && recording->opened();
}

bool CornettaRecorder::ended() const
{
    return recording && recording->state() == CornettaRecording::ENDED;
}

int CornettaRecorder::problem() const
{
    return recording ? recording->problem() : 0;
}

double CornettaRecorder::seconds() const
{
    return recording ? static_cast<double>(recording->frames()) / recording->rate() : 0.0;
}

double CornettaRecorder::position() const
{
    return recording ? static_cast<double>(recording->position()) / recording->rate() : 0.0;
}

double CornettaRecorder::lost() const
{
    return recording ? static_cast<double>(recording->lost()) / recording->rate() : 0.0;
}

unsigned cornettaRecordingChanges()
{
    return CornettaRecording::changes();
}

bool cornettaRecordingsSettled(unsigned milliseconds)
{
    return CornettaRecording::settle(milliseconds);
}
