/* What our own peers have before strangers, whom cornetta_border.cpp tells apart.
 *
 * Credentials go to the addresses of their own trunk, in requests of ours, and nowhere else. Connections of strangers
 * and silent ones are few and short, whoever opens them. Owner thread only.
 */
#ifndef CORNETTA_PEERS_HPP
#define CORNETTA_PEERS_HPP

#include <pjsua2/types.hpp>
#include <string>
#include <vector>

/* Begin. Call once, after Endpoint.libInit() and before libStart(). Throws pj::Error. */
void cornettaWatchPeers() PJSUA2_THROW(pj::Error);

/* To whom a user's credentials may go: "NETWORK USER" each; what was said before is forgotten. */
void cornettaCredentials(const std::vector<std::string> &places);

/* Keep-alive of RFC 5626 4.4.1 on the connections of the listener on `port` to peers: those whose last double CRLF was
 * not answered for `patience` seconds are closed, and with `ping` the others get the next one. How many were closed. */
unsigned cornettaKeepAlive(unsigned port, double patience, bool ping);

#endif
