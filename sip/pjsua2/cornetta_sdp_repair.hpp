/* Corrections of SDP for pjmedia, which refuses a whole SDP for an empty session name. */
#ifndef CORNETTA_SDP_REPAIR_HPP
#define CORNETTA_SDP_REPAIR_HPP

#include <string>

namespace cornetta
{

/* The SDP in the form that pjmedia needs. Other faults stay. */
std::string repaired(const std::string &sdp);

} // namespace cornetta

#endif
