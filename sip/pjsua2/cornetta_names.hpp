/* Names of hosts, looked up beside pjsip: no thread of pjsip ever waits for DNS.
 *
 * pjsip would call getaddrinfo() on the thread that owns all calls, for names of our configuration and for those that
 * a peer writes into Contact, Record-Route, Via or SDP. A name that is not known here is wanted instead; who looks it
 * up tells it, and what waited for it goes on. Only the owner thread calls these, unless said otherwise.
 */
#ifndef CORNETTA_NAMES_HPP
#define CORNETTA_NAMES_HPP

#include <pjsua2/types.hpp>
#include <string>
#include <vector>

/* Begin. Call once, after Endpoint.libInit() and before libStart(). Throws pj::Error. */
void cornettaAskForNames() PJSUA2_THROW(pj::Error);

/* What is wanted since the last call, each as "TRANSPORT HOST PORT": TRANSPORT is udp, tcp, tls, or any for a plain
 * address, PORT 0 where none was written (RFC 3263 4.2: SRV is looked up then). At most 1024 wait. */
std::vector<std::string> cornettaNamesWanted();

/* What `wanted` stands for, for so many seconds: addresses as "ADDRESS PORT", the first is tried first, empty where
 * there are none. Messages and transactions that wait for it go on from within the call. */
void cornettaNameKnown(const std::string &wanted, const std::vector<std::string> &addresses, double seconds);

/* Let go of everything that waits: the library is about to be destroyed. */
void cornettaForgetNames();

#endif
