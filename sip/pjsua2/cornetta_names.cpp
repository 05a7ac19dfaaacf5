#include "cornetta_names.hpp"
#include "cornetta_border.hpp"
#include "cornetta_pjsip.hpp"

#include <pjsua2/endpoint.hpp>
#include <pjsua-lib/pjsua.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <list>
#include <map>
#include <mutex>
#include <set>

#define THIS_FILE "cornetta_names.cpp"

using namespace pj; /* the macros of pjsua2 need its names */
using namespace cornetta;
using std::string;

/* In pjlib, by cornetta_names.patch. */
extern "C" pj_status_t (*cornetta_known_name)(int, const char *, unsigned *, pj_addrinfo *);

namespace
{

const std::size_t MAX_WANTED = 1024;  /* names that wait to be looked up */
const std::size_t MAX_KNOWN = 4096;   /* names that are remembered */
const std::size_t MAX_WAITING = 1024; /* requests and responses of ours that wait for a name */
const std::size_t MAX_PARKED = 256;   /* messages of others that wait for a name in their SDP */
const std::size_t MAX_PARKED_OF_STRANGERS = 32; /* the same for strangers */
const std::size_t MAX_NAMES = 4;      /* names of one SDP that are looked up */
const std::size_t MAX_NAME = 253;     /* letters of a host name (RFC 1035 2.3.4) */

typedef std::chrono::steady_clock Clock;

struct Known
{
    std::vector<pj_sockaddr> addresses;
    Clock::time_point until;
};

struct Waiting
{
    string wanted;
    pjsip_transport_type_e type;
    pj_str_t name;
    void *token;
    pjsip_resolver_callback *done;
};

struct Parked
{
    pjsip_rx_data *message;
    std::set<string> missing;
};

std::mutex guard; /* for the known and the wanted names: any thread may call pj_getaddrinfo() */
std::map<string, Known> known;
std::list<string> wanted;
std::set<string> asked;
std::list<Waiting> waiting;
std::list<Parked> parked;

string lower(const char *text, std::size_t size)
{
    string made(text, size);
    std::transform(made.begin(), made.end(), made.begin(), [](unsigned char each) { return std::tolower(each); });
    return made;
}

bool literal(const string &host, pj_sockaddr *address)
{
    pj_str_t text = {const_cast<char *>(host.c_str()), static_cast<pj_ssize_t>(host.size())};
    for (int family : {pj_AF_INET(), pj_AF_INET6()})
    {
        pj_sockaddr_init(family, address, NULL, 0);
        if (pj_inet_pton(family, &text, pj_sockaddr_get_addr(address)) == PJ_SUCCESS)
            return true;
    }
    return false;
}

/* Whether the name may be looked up in DNS. */
bool plausible(const string &host)
{
    return !host.empty() && host.size() <= MAX_NAME && std::all_of(host.begin(), host.end(), [](unsigned char each) {
        return std::isalnum(each) || each == '-' || each == '.' || each == '_';
    });
}

/* Under the guard. */
bool want(const string &name)
{
    if (asked.count(name))
        return true;
    if (wanted.size() >= MAX_WANTED)
        return false;
    wanted.push_back(name);
    asked.insert(name);
    return true;
}

/* Under the guard: the known answer, if it is still valid. */
const Known *valid(const string &name)
{
    auto found = known.find(name);
    return found != known.end() && Clock::now() < found->second.until ? &found->second : NULL;
}

string plain(const string &host)
{
    return "any " + host + " 0";
}

/* For pj_getaddrinfo(), from any thread. Here an old answer is better than none. */
pj_status_t knownName(int family, const char *name, unsigned *count, pj_addrinfo *found)
{
    const string host = lower(name, std::strlen(name));
    const unsigned room = *count;
    *count = 0;
    if (!plausible(host))
        return PJ_ERESOLVE;
    std::lock_guard<std::mutex> held(guard);
    auto entry = known.find(plain(host));
    if (entry == known.end() || Clock::now() >= entry->second.until)
        want(plain(host));
    if (entry == known.end())
        return PJ_ERESOLVE;
    for (const pj_sockaddr &each : entry->second.addresses)
    {
        if (*count == room)
            break;
        if (family != pj_AF_UNSPEC() && family != each.addr.sa_family)
            continue;
        pj_addrinfo &into = found[(*count)++];
        pj_bzero(&into, sizeof(into));
        pj_ansi_strxcpy(into.ai_canonname, host.c_str(), sizeof(into.ai_canonname));
        pj_sockaddr_cp(&into.ai_addr, &each);
        pj_sockaddr_set_port(&into.ai_addr, 0);
    }
    return *count ? PJ_SUCCESS : PJ_ERESOLVE;
}

/* RFC 3263 4.1: the transport of the URI, else TLS, TCP or UDP by the flags of the transport. */
pjsip_transport_type_e typeOf(const pjsip_host_info *target)
{
    int type = target->type & ~PJSIP_TRANSPORT_IPV6;
    if (type != PJSIP_TRANSPORT_UNSPECIFIED)
        return static_cast<pjsip_transport_type_e>(type);
    if (target->flag & PJSIP_TRANSPORT_SECURE)
        return PJSIP_TRANSPORT_TLS;
    return target->flag & PJSIP_TRANSPORT_RELIABLE ? PJSIP_TRANSPORT_TCP : PJSIP_TRANSPORT_UDP;
}

void answer(const Waiting &one, const std::vector<pj_sockaddr> &addresses)
{
    pjsip_server_addresses found;
    pj_bzero(&found, sizeof(found));
    for (const pj_sockaddr &each : addresses)
    {
        if (found.count == PJSIP_MAX_RESOLVED_ADDRESSES)
            break;
        pjsip_server_address_record &into = found.entry[found.count++];
        int type = one.type;
        if (each.addr.sa_family == pj_AF_INET6())
            type |= PJSIP_TRANSPORT_IPV6;
        into.name = one.name;
        into.type = static_cast<pjsip_transport_type_e>(type);
        pj_sockaddr_cp(&into.addr, &each);
        if (pj_sockaddr_get_port(&into.addr) == 0)
            pj_sockaddr_set_port(&into.addr, (pj_uint16_t)pjsip_transport_get_default_port_for_type(into.type));
        into.addr_len = pj_sockaddr_get_len(&into.addr);
    }
    (*one.done)(found.count ? PJ_SUCCESS : PJ_ERESOLVE, one.token, &found);
}

void resolve(pjsip_resolver_t *, pj_pool_t *pool, const pjsip_host_info *target, void *token,
             pjsip_resolver_callback *done)
{
    Waiting one = {"", typeOf(target), {NULL, 0}, token, done};
    const string host = lower(target->addr.host.ptr, target->addr.host.slen);
    pj_strdup(pool, &one.name, &target->addr.host);

    std::vector<pj_sockaddr> addresses(1);
    bool ready = literal(host, &addresses[0]);
    if (ready)
    {
        pj_sockaddr_set_port(&addresses[0], (pj_uint16_t)target->addr.port);
    }
    else
    {
        const char *transport = one.type == PJSIP_TRANSPORT_TLS ? "tls" : one.type == PJSIP_TRANSPORT_TCP ? "tcp" : "udp";
        addresses.clear();
        one.wanted = string(transport) + " " + host + " " + std::to_string(target->addr.port);
        std::lock_guard<std::mutex> held(guard);
        const Known *present = valid(one.wanted);
        ready = present || !plausible(host) || waiting.size() >= MAX_WAITING || !want(one.wanted);
        if (present)
            addresses = present->addresses;
        else if (!ready)
            waiting.push_back(one);
    }
    if (ready)
        answer(one, addresses);
}

pjsip_ext_resolver resolver = {&resolve};

/* -- names in SDP */

void addName(const string &line, std::size_t from, std::set<string> &found)
{
    const std::size_t end = line.find_first_of(" \t/\r", from);
    const string host = lower(line.c_str() + from, (end == string::npos ? line.size() : end) - from);
    pj_sockaddr address;
    if (found.size() < MAX_NAMES && plausible(host) && !literal(host, &address))
        found.insert(plain(host));
}

/* Names of `c=` (RFC 4566 5.7) and of `a=rtcp` (RFC 3605) that are not known yet. */
std::set<string> missingNames(const pjsip_rx_data *message)
{
    std::set<string> found;
    const pjsip_msg_body *body = message->msg_info.msg->body;
    if (!body || !body->data || pj_stricmp2(&body->content_type.type, "application") ||
        pj_stricmp2(&body->content_type.subtype, "sdp"))
        return found;
    const string text(static_cast<const char *>(body->data), body->len);
    for (std::size_t at = 0; at < text.size();)
    {
        const std::size_t end = std::min(text.find('\n', at), text.size());
        const string line = text.substr(at, end - at);
        const std::size_t mark = line.find(" IP");
        if ((line.compare(0, 5, "c=IN ") == 0 || line.compare(0, 7, "a=rtcp:") == 0) && mark != string::npos &&
            mark + 5 < line.size())
            addName(line, mark + 5, found);
        at = end + 1;
    }
    std::lock_guard<std::mutex> held(guard);
    for (auto each = found.begin(); each != found.end();)
        each = valid(*each) ? found.erase(each) : std::next(each);
    return found;
}

/* Only a message whose SDP names a host waits, as its media cannot begin before. */
pj_bool_t park(pjsip_rx_data *message)
{
    Parked one = {NULL, missingNames(message)};
    const bool peer = cornettaKnows(message->pkt_info.src_addr);
    if (one.missing.empty() || parked.size() >= (peer ? MAX_PARKED : MAX_PARKED_OF_STRANGERS))
        return PJ_FALSE;
    {
        std::lock_guard<std::mutex> held(guard);
        for (const string &each : one.missing)
            if (!want(each))
                return PJ_FALSE;
    }
    if (pjsip_rx_data_clone(message, 0, &one.message) != PJ_SUCCESS)
        return PJ_FALSE;
    parked.push_back(one);
    return PJ_TRUE;
}

/* A waiting message is like one that comes later, as the transaction layer has not seen it. */
pjsip_module watcher = makeModule("mod-cornetta-names", BEHIND_THE_BORDER, &park, &park);

void goOn(pjsip_rx_data *message)
{
    pjsip_process_rdata_param from;
    pj_bool_t handled;
    pjsip_process_rdata_param_default(&from);
    from.start_mod = &watcher;
    from.idx_after_start = 1;
    pjsip_endpt_process_rx_data(pjsua_get_pjsip_endpt(), message, &from, &handled);
    pjsip_rx_data_free_cloned(message);
}

/* Under the guard: make room for one more by forgetting old answers, or else any. */
void makeRoom()
{
    if (known.size() < MAX_KNOWN)
        return;
    for (auto each = known.begin(); each != known.end();)
        each = Clock::now() >= each->second.until ? known.erase(each) : std::next(each);
    if (known.size() >= MAX_KNOWN)
        known.erase(known.begin());
}

void letGo()
{
    std::lock_guard<std::mutex> held(guard);
    known.clear();
    wanted.clear();
    asked.clear();
    waiting.clear();
}

} // namespace

void cornettaAskForNames() PJSUA2_THROW(Error)
{
    letGo();
    cornetta_known_name = &knownName;
    PJSUA2_CHECK_EXPR(pjsip_endpt_set_ext_resolver(pjsua_get_pjsip_endpt(), &resolver));
    registerModule(watcher);
}

std::vector<std::string> cornettaNamesWanted()
{
    std::lock_guard<std::mutex> held(guard);
    std::vector<std::string> taken(wanted.begin(), wanted.end());
    wanted.clear();
    return taken;
}

void cornettaNameKnown(const std::string &name, const std::vector<std::string> &addresses, double seconds)
{
    Known made;
    made.until = Clock::now() + std::chrono::milliseconds(static_cast<long long>(seconds * 1000));
    for (const std::string &each : addresses)
    {
        pj_sockaddr address;
        const std::size_t space = each.find(' ');
        if (space == string::npos || !literal(each.substr(0, space), &address))
            continue;
        pj_sockaddr_set_port(&address, (pj_uint16_t)std::atoi(each.c_str() + space + 1));
        made.addresses.push_back(address);
    }
    std::list<Waiting> ready;
    {
        std::lock_guard<std::mutex> held(guard);
        makeRoom();
        known[name] = made;
        asked.erase(name);
        for (auto each = waiting.begin(); each != waiting.end();)
        {
            auto next = std::next(each);
            if (each->wanted == name)
                ready.splice(ready.end(), waiting, each);
            each = next;
        }
    }
    for (const Waiting &each : ready)
        answer(each, made.addresses);
    std::list<Parked> going;
    for (auto each = parked.begin(); each != parked.end();)
    {
        auto next = std::next(each);
        each->missing.erase(name);
        if (each->missing.empty())
            going.splice(going.end(), parked, each);
        each = next;
    }
    for (const Parked &each : going)
        goOn(each.message);
}

void cornettaForgetNames()
{
    std::list<Waiting> left;
    std::list<Parked> messages;
    {
        std::lock_guard<std::mutex> held(guard);
        left.swap(waiting);
        messages.swap(parked);
    }
    for (const Waiting &each : left)
        answer(each, {});
    for (const Parked &each : messages)
        pjsip_rx_data_free_cloned(each.message);
    letGo();
}
