/* A tap on the conference bridge: hands the audio of one leg to another process, without Python.
 *
 * The tap is a port of the bridge. Whatever is connected to it (AudioMedia.startTransmit(tap)) is gathered frame by
 * frame on the media thread and sent as packets over a Unix socket. The media thread never waits: a packet that
 * the socket does not take at once is dropped and counted, and its number is missing from the sequence.
 *
 * Packet, in the byte order of the machine:
 *     uint64 id        as given to create()
 *     uint32 sequence  from 0, one for each packet, dropped ones included
 *     uint32 rate      samples per second, the clock rate of the bridge
 *     uint32 samples   how many follow; fewer than usual where the source was disconnected or the tap closed
 *     int16  pcm[samples], mono
 */
#ifndef CORNETTA_TAP_HPP
#define CORNETTA_TAP_HPP

#include "cornetta_port.hpp"

#include <memory>
#include <string>

struct CornettaTapCounts;

class CornettaTap : public CornettaMedia
{
public:
    CornettaTap();
    virtual ~CornettaTap();

    /* Join the bridge and connect to the receiver that listens on the Unix socket at path.
     *
     * The receiver chooses the kind of socket. SOCK_SEQPACKET: a connection for each tap, buffered by bytes on the
     * sender's side, end of file when the tap closes. SOCK_DGRAM: one socket for all taps, but the kernel holds only
     * net.unix.max_dgram_qlen packets (10 where nobody raised it), too few for many taps of one tick.
     *
     * Throws pj::Error: PJ_EEXISTS when created before, PJ_EINVAL for framesPerPacket outside 1..50 or a path too
     * long, the status of the operating system when nobody listens. */
    void create(const std::string &path, unsigned long long id, unsigned framesPerPacket = 5) PJSUA2_THROW(pj::Error);

    /* Send what is gathered, leave the bridge, close the socket. Does nothing the second time. */
    void close();

    /* Packets sent and dropped since create(); they stay readable after close(). */
    unsigned long long sent() const;
    unsigned long long dropped() const;

private:
    std::shared_ptr<CornettaTapCounts> counts;
};

#endif
