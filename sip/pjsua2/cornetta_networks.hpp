/* Addresses and networks in the form of the configuration. */
#ifndef CORNETTA_NETWORKS_HPP
#define CORNETTA_NETWORKS_HPP

#include <pj/sock.h>

#include <string>

namespace cornetta
{

struct Network
{
    pj_sockaddr address;
    unsigned bits;
};

/* Read 192.0.2.1, 192.0.2.0/24 or 2001:db8::/32; returns whether the text is an address or a network. */
bool readNetwork(const std::string &written, Network &into);

bool within(const pj_sockaddr &address, const Network &network);

/* The ports may differ. */
bool sameAddress(const pj_sockaddr &one, const pj_sockaddr &other);

} // namespace cornetta

#endif
