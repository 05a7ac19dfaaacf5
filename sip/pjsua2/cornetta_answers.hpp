/* Late answers: a 2xx to an INVITE that we had given up.
 *
 * A call that we hang up before its final answer is over for pjsua, yet the answer may cross our CANCEL (RFC 3261
 * 9.1, 15): a person may have picked up and heard no agent. The rules count such answers, so they must be seen.
 */
#ifndef CORNETTA_ANSWERS_HPP
#define CORNETTA_ANSWERS_HPP

#include <pjsua2/types.hpp>
#include <string>
#include <vector>

/* Begin to watch. Call once, after Endpoint.libInit() and before libStart(). Throws pj::Error. */
void cornettaWatchAnswers() PJSUA2_THROW(pj::Error);

/* `tag` is ours, of From: the INVITEs of one Call-ID that went to several servers differ in it. `source` is
 * "address:port". */
struct CornettaLateAnswer
{
    std::string callId;
    std::string tag;
    std::string source;
};

/* Late answers since the last call, oldest first, at most 4096 between two calls.
 *
 * pjsip has sent ACK and BYE for each. A retransmitted answer is reported again. Answers of answered calls are
 * reported, too: when they are retransmitted after the BYE, or when another branch of a forked INVITE answers. The
 * caller knows which of its legs had been answered. */
std::vector<CornettaLateAnswer> cornettaLateAnswers();

#endif
