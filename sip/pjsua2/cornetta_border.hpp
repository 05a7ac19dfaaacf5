#ifndef CORNETTA_BORDER_HPP
#define CORNETTA_BORDER_HPP

#include <string>
#include <vector>

#include <pj/sock.h>
#include <pjsua2/types.hpp>

/**
 * Counts of messages kept out at the border of SIP since the last look.
 */
struct CornettaKeptOut
{
    /** Requests from addresses that no account knows. */
    unsigned strangers;

    /** Responses to no request of ours. */
    unsigned strays;

    /** Responses to a request of ours from an address to which it was not sent. */
    unsigned misplaced;

    /** The address of the last of these, "" where there was none. */
    std::string misplacedFrom;

    /** Requests inside of dialogs beyond a dialog's bound. */
    unsigned excess;
};

/**
 * Look at each SIP message before the transaction layer does: requests of strangers get a short answer or none, and
 * leave no state; requests without a dialog are answered here; responses count only to requests of ours.
 *
 * Call once for each library that was created, after libInit().
 */
void cornettaGuardBorder() PJSUA2_THROW(pj::Error);

/**
 * Set the known addresses and networks (192.0.2.1, 192.0.2.0/24, 2001:db8::/32); all others are strangers. Texts that
 * are neither are left out.
 */
void cornettaLetIn(const std::vector<std::string> &networks);

#ifndef SWIG
/* Whether an address is known. */
bool cornettaKnows(const pj_sockaddr &address);
#endif

/**
 * The counts since the last call.
 */
CornettaKeptOut cornettaKeptOut();

#endif
