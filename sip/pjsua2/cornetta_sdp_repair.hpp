/* SDP that others accept, put right for pjmedia, which refuses a whole SDP for an empty session name. */
#ifndef CORNETTA_SDP_REPAIR_HPP
#define CORNETTA_SDP_REPAIR_HPP

#include <string>

namespace cornetta
{

/* The SDP as pjmedia wants it. What cannot be put right stays as it is. */
std::string repaired(const std::string &sdp);

} // namespace cornetta

#endif
