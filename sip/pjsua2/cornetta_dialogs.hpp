/* Dialogs of an engine that died: the data for ending one, and its end by the next engine.
 *
 * A peer does not notice the death: it keeps ringing, or keeps the line, until its own timers end it. A BYE needs the
 * dialog's tags, route and target and a higher CSeq (RFC 3261 12.2.1.1); a CANCEL is the INVITE once more, branch and
 * all (9.1). The peer's answer to a CANCEL, 487 or a 200 that crossed it, finds no transaction and is answered here.
 */
#ifndef CORNETTA_DIALOGS_HPP
#define CORNETTA_DIALOGS_HPP

#include <pjsua2/types.hpp>
#include <string>
#include <vector>

/* `early`: there was no final answer; `branch` and `peer` ("address:port") are those of the INVITE then. The texts have
 * the form of headers: `local` and `remote` a name-addr without tag, `routes` in their order. */
struct CornettaDialog
{
    bool early = true;
    std::string uri;
    std::string local;
    std::string localTag;
    std::string remote;
    std::string remoteTag;
    std::string callId;
    int cseq = 0;
    std::string branch;
    std::string peer;
    std::vector<std::string> routes;
};

/* Begin to look for answers to INVITEs of the former engine. Call once, after Endpoint.libInit() and before libStart().
 * Throws pj::Error. */
void cornettaWatchOrphans() PJSUA2_THROW(pj::Error);

/* The dialog of a call that was dialed; throws pj::Error while it has none. */
CornettaDialog cornettaDialog(int callIndex) PJSUA2_THROW(pj::Error);

/* End a dialog that no call of this process has, over the transport of the account. Challenges are answered with its
 * credentials. Throws pj::Error. */
void cornettaEndDialog(int accountIndex, const CornettaDialog &dialog) PJSUA2_THROW(pj::Error);

/* The Call-IDs of early dialogs that were answered since the last call: ACK and BYE have been sent. */
std::vector<std::string> cornettaOrphansAnswered();

#endif
