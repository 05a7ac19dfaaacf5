#include "cornetta_tap.hpp"

#include <pjsua2/endpoint.hpp>

#include <atomic>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define THIS_FILE "cornetta_tap.cpp"

using namespace pj; /* the macros of pjsua2 take its names for granted */
using std::string;

struct CornettaTapCounts
{
    std::atomic<unsigned long long> sent{0};
    std::atomic<unsigned long long> dropped{0};
};

namespace
{

const unsigned MAX_FRAMES_PER_PACKET = 50;
const std::size_t HEADER_BYTES = 20;

void store32(unsigned char *at, std::uint32_t value)
{
    std::memcpy(at, &value, sizeof value);
}

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

/* Gathers frames and sends them as packets. */
class Packets : public CornettaPort
{
public:
    /* `socket` is connected, and closed here. */
    Packets(int socket_, const sockaddr_un &address_, std::uint64_t id_, unsigned framesPerPacket,
            const pjsua_conf_port_info &format, const std::shared_ptr<CornettaTapCounts> &counts_)
        : socket(socket_), address(address_), id(id_), sequence(0), rate(format.clock_rate),
          capacity(static_cast<std::size_t>(format.samples_per_frame) * framesPerPacket), gathered(0),
          packet(HEADER_BYTES + capacity * sizeof(pj_int16_t)), counts(counts_)
    {
    }

    virtual ~Packets()
    {
        hangUp();
    }

protected:
    virtual void onFrame(const pjmedia_frame &frame);
    virtual void onLeave();

private:
    void flush();
    void hangUp();

    int socket;
    const sockaddr_un address;
    const std::uint64_t id;
    std::uint32_t sequence;
    const std::uint32_t rate;
    const std::size_t capacity; /* samples of a full packet */
    std::size_t gathered;       /* samples in the packet that is being filled */
    std::vector<unsigned char> packet;
    const std::shared_ptr<CornettaTapCounts> counts;
};

void Packets::onFrame(const pjmedia_frame &frame)
{
    if (frame.type == PJMEDIA_FRAME_TYPE_AUDIO) {
        const std::size_t samples = PJ_MIN(frame.size / sizeof(pj_int16_t), capacity - gathered);
        std::memcpy(packet.data() + HEADER_BYTES + gathered * sizeof(pj_int16_t), frame.buf,
                    samples * sizeof(pj_int16_t));
        gathered += samples;
    }
    if (frame.type != PJMEDIA_FRAME_TYPE_AUDIO || gathered == capacity)
        flush();
}

void Packets::onLeave()
{
    flush();
    hangUp();
}

/* Send the packet that is being filled. A receiver that was restarted is looked for again at the next packet. */
void Packets::flush()
{
    if (gathered == 0)
        return;
    unsigned char *header = packet.data();
    std::memcpy(header, &id, sizeof id);
    store32(header + 8, sequence++);
    store32(header + 12, rate);
    store32(header + 16, static_cast<std::uint32_t>(gathered));
    const std::size_t size = HEADER_BYTES + gathered * sizeof(pj_int16_t);
    gathered = 0;

    if (socket < 0)
        socket = connectTo(address);
    if (socket >= 0 && ::send(socket, header, size, MSG_DONTWAIT | MSG_NOSIGNAL) >= 0) {
        ++counts->sent;
        return;
    }
    ++counts->dropped;
    if (socket >= 0 && errno != EAGAIN && errno != ENOBUFS && errno != EINTR)
        hangUp();
}

void Packets::hangUp()
{
    if (socket >= 0)
        ::close(socket);
    socket = -1;
}

} // namespace

CornettaTap::CornettaTap() : counts(std::make_shared<CornettaTapCounts>())
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
    if (isOpen())
        PJSUA2_RAISE_ERROR(PJ_EEXISTS);
    if (framesPerPacket == 0 || framesPerPacket > MAX_FRAMES_PER_PACKET || path.size() >= sizeof address.sun_path)
        PJSUA2_RAISE_ERROR(PJ_EINVAL);
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, path.c_str(), path.size());

    const pjsua_conf_port_info format = cornettaBridgeFormat();
    const int fd = connectTo(address);
    if (fd < 0)
        PJSUA2_RAISE_ERROR(PJ_STATUS_FROM_OS(errno));
    counts = std::make_shared<CornettaTapCounts>();
    open(new Packets(fd, address, id_, framesPerPacket, format, counts), "tap",
         PJMEDIA_SIG_CLASS_APP('T', 'A', 'P'));
}

void CornettaTap::close()
{
    leave();
}

unsigned long long CornettaTap::sent() const
{
    return counts->sent;
}

unsigned long long CornettaTap::dropped() const
{
    return counts->dropped;
}
