/* Privileges of our own peers over strangers, who are recognised by cornetta_border.cpp.
 *
 * Credentials go only to the addresses of their own trunk, in requests of ours. Connections of strangers and silent
 * connections are bounded in number and time. Owner thread only.
 */
#ifndef CORNETTA_PEERS_HPP
#define CORNETTA_PEERS_HPP

#include <pjsua2/types.hpp>
#include <string>
#include <vector>

/* Begin. Call once, after Endpoint.libInit() and before libStart(). Throws pj::Error. */
void cornettaWatchPeers() PJSUA2_THROW(pj::Error);

/* Set the networks to which a user's credentials may go: "NETWORK USER" each; former ones are forgotten. */
void cornettaCredentials(const std::vector<std::string> &places);

/* Keep-alive of RFC 5626 4.4.1 on the connections of the listener on `port` to peers: connections whose last double
 * CRLF was not answered for `patience` seconds are closed, and with `ping` the others get the next one. Returns how
 * many were closed. */
unsigned cornettaKeepAlive(unsigned port, double patience, bool ping);

#endif
