/* Names of hosts, looked up beside pjsip: no thread of pjsip ever waits for DNS.
 *
 * pjsip would call getaddrinfo() on the thread that owns all calls, for names of our configuration and for those that
 * a peer writes into Contact, Record-Route, Via or SDP. Instead, an unknown name is listed as wanted; the engine looks
 * it up and reports it, and messages that waited for it go on. Only the owner thread calls these functions, unless
 * stated otherwise.
 */
#ifndef CORNETTA_NAMES_HPP
#define CORNETTA_NAMES_HPP

#include <pjsua2/types.hpp>
#include <string>
#include <vector>

/* Begin. Call once, after Endpoint.libInit() and before libStart(). Throws pj::Error. */
void cornettaAskForNames() PJSUA2_THROW(pj::Error);

/* The names wanted since the last call, each as "TRANSPORT HOST PORT": TRANSPORT is udp, tcp, tls, or any for a plain
 * address, PORT 0 where none was written (RFC 3263 4.2: SRV is looked up then). At most 1024 wait. */
std::vector<std::string> cornettaNamesWanted();

/* Report the addresses of `wanted`, valid for a number of seconds: as "ADDRESS PORT" in the order to try them, empty
 * where there are none. Messages and transactions that wait for it go on from within the call. */
void cornettaNameKnown(const std::string &wanted, const std::vector<std::string> &addresses, double seconds);

/* Drop all waiting messages: the library is about to be destroyed. */
void cornettaForgetNames();

#endif
