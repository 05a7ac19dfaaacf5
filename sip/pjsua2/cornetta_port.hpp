/* Ports of the conference bridge that take audio and bring none: what recorder and tap have in common.
 *
 * The bridge removes ports on its own tick (asynchronous since pjsip 2.15). Therefore there are two objects: a
 * CornettaPort, which the media thread works on and which lives until the bridge has let go of it, and a CornettaMedia,
 * which stands for it in pjsua2 and may go at any time.
 */
#ifndef CORNETTA_PORT_HPP
#define CORNETTA_PORT_HPP

#include <pjsua2/media.hpp>

#include <cstddef>

#ifndef SWIG
/* Made with new and given to CornettaMedia::open(), which sees to its end. */
class CornettaPort
{
public:
    CornettaPort();
    virtual ~CornettaPort();

protected:
    /* A frame of the bridge, each 20 ms, on the media thread. One of another type than audio says that nothing is
     * connected. Under the lock of the port; none comes after onLeave(). */
    virtual void onFrame(const pjmedia_frame &frame) = 0;

    /* The port leaves the bridge: on the thread that takes it out, under the lock of the port if it still has one. */
    virtual void onLeave();

    /* Samples of a frame; once the port is open. */
    std::size_t samplesPerFrame() const;

private:
    friend class CornettaMedia;
    CornettaPort(const CornettaPort &);
    CornettaPort &operator=(const CornettaPort &);

    static pj_status_t putFrame(pjmedia_port *port, pjmedia_frame *frame);
    static pj_status_t onDestroy(pjmedia_port *port);
    pj_status_t prepare(const char *name, pj_uint32_t signature, const pjsua_conf_port_info &format);

    pjmedia_port base; /* its port_data.pdata is this object */
    pj_pool_t *pool;
    bool closed; /* guarded by base.grp_lock */
};

/* The format of the bridge, that of its master port: a port that has it needs no resampling. Throws pj::Error. */
pjsua_conf_port_info cornettaBridgeFormat() PJSUA2_THROW(pj::Error);
#endif

class CornettaMedia : public pj::AudioMedia
{
public:
    virtual ~CornettaMedia();

protected:
    CornettaMedia();

    /* Bring a port into the bridge, in the bridge's own format. `made` is taken over, also where pj::Error is thrown;
     * `name` is a literal without spaces. */
    void open(CornettaPort *made, const char *name, pj_uint32_t signature) PJSUA2_THROW(pj::Error);
    bool isOpen() const;

    /* Take the port out of the bridge. Does nothing the second time. */
    void leave();

private:
    CornettaMedia(const CornettaMedia &);
    CornettaMedia &operator=(const CornettaMedia &);

    CornettaPort *port;
};

#endif
