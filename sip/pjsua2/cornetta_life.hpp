/* The packets of a peer, by kind: pjsua2's statistics do not separate comfort noise (RFC 3389) from speech. */
#ifndef CORNETTA_LIFE_HPP
#define CORNETTA_LIFE_HPP

#include <pjsua2/types.hpp>

/* Packets since the stream began; `rtcp` are reports of the peer. */
struct CornettaLife
{
    unsigned rtp;
    unsigned rtcp;
    unsigned comfortNoise;
};

/* The packets of a call's first audio stream. Throws pj::Error where there is none. */
CornettaLife cornettaLife(int callIndex) PJSUA2_THROW(pj::Error);

#endif
