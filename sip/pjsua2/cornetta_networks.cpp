#include "cornetta_networks.hpp"

#include <pjlib.h>

#include <cstdlib>
#include <cstring>

namespace cornetta
{

using std::string;

bool readNetwork(const string &written, Network &into)
{
    const std::size_t slash = written.find('/');
    const string host = written.substr(0, slash);
    pj_str_t address = {const_cast<char *>(host.c_str()), static_cast<pj_ssize_t>(host.size())};
    for (int family : {pj_AF_INET(), pj_AF_INET6()})
    {
        pj_sockaddr_init(family, &into.address, NULL, 0);
        if (pj_inet_pton(family, &address, pj_sockaddr_get_addr(&into.address)) != PJ_SUCCESS)
            continue;
        const unsigned most = 8 * pj_sockaddr_get_addr_len(&into.address);
        into.bits = slash == string::npos ? most : (unsigned)std::atoi(written.c_str() + slash + 1);
        return into.bits <= most;
    }
    return false;
}

bool within(const pj_sockaddr &address, const Network &network)
{
    if (address.addr.sa_family != network.address.addr.sa_family)
        return false;
    const unsigned char *one = static_cast<const unsigned char *>(pj_sockaddr_get_addr(&address));
    const unsigned char *other = static_cast<const unsigned char *>(pj_sockaddr_get_addr(&network.address));
    const unsigned whole = network.bits / 8, rest = network.bits % 8;
    if (std::memcmp(one, other, whole) != 0)
        return false;
    return rest == 0 || ((one[whole] ^ other[whole]) >> (8 - rest)) == 0;
}

bool sameAddress(const pj_sockaddr &one, const pj_sockaddr &other)
{
    return one.addr.sa_family == other.addr.sa_family &&
           std::memcmp(pj_sockaddr_get_addr(&one), pj_sockaddr_get_addr(&other), pj_sockaddr_get_addr_len(&one)) == 0;
}

} // namespace cornetta
