#include "cornetta_tap.hpp"

#include <pjsua2/endpoint.hpp>

#include <atomic>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define THIS_FILE "cornetta_tap.cpp"

using namespace pj; /* the macros of pjsua2 take its names for granted */
using std::string;

namespace
{

const unsigned MAX_FRAMES_PER_PACKET = 50;
const std::size_t HEADER_BYTES = 20;

void store32(unsigned char *at, std::uint32_t value)
{
    std::memcpy(at, &value, sizeof value);
}

} // namespace

/* What the media thread works on. `base` comes first: the bridge knows the tap by a pointer to it.
 * Everything but the counters is guarded by base.grp_lock. */
struct CornettaTapPort
{
    pjmedia_port base;
    pj_pool_t *pool;
    sockaddr_un address;
    int socket;
    bool closed;
    std::uint64_t id;
    std::uint32_t sequence;
    std::uint32_t rate;
    std::size_t capacity; /* samples of a full packet */
    std::size_t gathered; /* samples in the packet that is being filled */
    std::vector<unsigned char> packet;
    std::atomic<unsigned long long> sent;
    std::atomic<unsigned long long> dropped;
};

namespace
{

/* A socket that is connected to the receiver, of the receiver's kind; -1 with errno set otherwise. */
int connectTo(const sockaddr_un &address)
{
    const int kinds[] = {SOCK_SEQPACKET, SOCK_DGRAM};
    for (int kind : kinds) {
        int fd = ::socket(AF_UNIX, kind | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
        if (fd < 0)
            return -1;
        if (::connect(fd, reinterpret_cast<const sockaddr *>(&address), sizeof address) == 0)
            return fd;
        int reason = errno;
        ::close(fd);
        errno = reason;
        if (reason != EPROTOTYPE)
            return -1;
    }
    return -1;
}

/* Send the packet that is being filled. A receiver that was restarted is looked for again at the next packet. */
void flush(CornettaTapPort *tap)
{
    if (tap->gathered == 0)
        return;
    unsigned char *header = tap->packet.data();
    std::memcpy(header, &tap->id, sizeof tap->id);
    store32(header + 8, tap->sequence++);
    store32(header + 12, tap->rate);
    store32(header + 16, static_cast<std::uint32_t>(tap->gathered));
    const std::size_t size = HEADER_BYTES + tap->gathered * sizeof(pj_int16_t);
    tap->gathered = 0;

    if (tap->socket < 0)
        tap->socket = connectTo(tap->address);
    if (tap->socket >= 0 && ::send(tap->socket, header, size, MSG_DONTWAIT | MSG_NOSIGNAL) >= 0) {
        ++tap->sent;
        return;
    }
    ++tap->dropped;
    if (tap->socket >= 0 && errno != EAGAIN && errno != ENOBUFS && errno != EINTR) {
        ::close(tap->socket);
        tap->socket = -1;
    }
}

/* Called by the bridge each 20 ms. A frame of another type than audio says that nothing is connected. */
pj_status_t putFrame(pjmedia_port *port, pjmedia_frame *frame)
{
    CornettaTapPort *tap = reinterpret_cast<CornettaTapPort *>(port);
    pj_grp_lock_acquire(port->grp_lock);
    if (!tap->closed) {
        if (frame->type == PJMEDIA_FRAME_TYPE_AUDIO) {
            const std::size_t free = tap->capacity - tap->gathered;
            const std::size_t samples = PJ_MIN(frame->size / sizeof(pj_int16_t), free);
            std::memcpy(tap->packet.data() + HEADER_BYTES + tap->gathered * sizeof(pj_int16_t), frame->buf,
                        samples * sizeof(pj_int16_t));
            tap->gathered += samples;
        }
        if (frame->type != PJMEDIA_FRAME_TYPE_AUDIO || tap->gathered == tap->capacity)
            flush(tap);
    }
    pj_grp_lock_release(port->grp_lock);
    return PJ_SUCCESS;
}

/* The last reference is gone: the bridge removes ports on its own tick (asynchronous since pjsip 2.15). */
pj_status_t onDestroy(pjmedia_port *port)
{
    CornettaTapPort *tap = reinterpret_cast<CornettaTapPort *>(port);
    pj_pool_t *pool = tap->pool;
    delete tap;
    pj_pool_release(pool);
    return PJ_SUCCESS;
}

} // namespace

CornettaTap::CornettaTap() : tap(nullptr), lastSent(0), lastDropped(0)
{
}

CornettaTap::~CornettaTap()
{
    close();
}

void CornettaTap::create(const std::string &path, unsigned long long id_, unsigned framesPerPacket)
    PJSUA2_THROW(Error)
{
    sockaddr_un address = {};
    if (tap)
        PJSUA2_RAISE_ERROR(PJ_EEXISTS);
    if (framesPerPacket == 0 || framesPerPacket > MAX_FRAMES_PER_PACKET || path.size() >= sizeof address.sun_path)
        PJSUA2_RAISE_ERROR(PJ_EINVAL);
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, path.c_str(), path.size());

    /* Port 0 is the master port: the tap takes the bridge's own format, so that nothing is resampled. */
    pjsua_conf_port_info master;
    PJSUA2_CHECK_EXPR(pjsua_conf_get_port_info(0, &master));

    const int fd = connectTo(address);
    if (fd < 0)
        PJSUA2_RAISE_ERROR(PJ_STATUS_FROM_OS(errno));
    pj_pool_t *pool = pjsua_pool_create("cornetta-tap%p", 1024, 1024);
    if (!pool) {
        ::close(fd);
        PJSUA2_RAISE_ERROR(PJ_ENOMEM);
    }

    CornettaTapPort *made = new CornettaTapPort();
    made->pool = pool;
    made->address = address;
    made->socket = fd;
    made->id = id_;
    made->rate = master.clock_rate;
    made->capacity = static_cast<std::size_t>(master.samples_per_frame) * framesPerPacket;
    made->packet.resize(HEADER_BYTES + made->capacity * sizeof(pj_int16_t));
    pj_str_t name = pj_str(const_cast<char *>("tap"));
    pjmedia_port_info_init(&made->base.info, &name, PJMEDIA_SIG_CLASS_APP('T', 'A', 'P'), master.clock_rate, 1, 16,
                           master.samples_per_frame);
    made->base.put_frame = &putFrame;
    made->base.on_destroy = &onDestroy;
    const pj_status_t status = pjmedia_port_init_grp_lock(&made->base, pool, NULL);
    if (status != PJ_SUCCESS) {
        ::close(fd);
        delete made;
        pj_pool_release(pool);
        PJSUA2_RAISE_ERROR(status);
    }

    tap = made;
    lastSent = lastDropped = 0;
    try {
        registerMediaPort2(&made->base, pool);
    } catch (Error &) {
        close();
        throw;
    }
}

void CornettaTap::close()
{
    if (!tap)
        return;
    CornettaTapPort *leaving = tap;
    const bool running = pjsua_get_state() != PJSUA_STATE_NULL;

    /* Under the lock: the media thread is either done with this port or finds it closed. */
    if (running)
        pj_grp_lock_acquire(leaving->base.grp_lock);
    flush(leaving);
    leaving->closed = true;
    lastSent = leaving->sent;
    lastDropped = leaving->dropped;
    if (leaving->socket >= 0)
        ::close(leaving->socket);
    leaving->socket = -1;
    tap = nullptr;
    if (!running) {
        /* The library is gone, and with it the pool, the lock and every thread that knew this port. */
        delete leaving;
        return;
    }
    pj_grp_lock_release(leaving->base.grp_lock);
    PJSUA2_CATCH_IGNORE(unregisterMediaPort());
    pjmedia_port_destroy(&leaving->base);
}

unsigned long long CornettaTap::sent() const
{
    return tap ? tap->sent.load() : lastSent;
}

unsigned long long CornettaTap::dropped() const
{
    return tap ? tap->dropped.load() : lastDropped;
}
