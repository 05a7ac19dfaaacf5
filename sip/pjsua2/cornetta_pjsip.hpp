/* Common parts of our pjsip modules, which look at messages before the transaction layer does. */
#ifndef CORNETTA_PJSIP_HPP
#define CORNETTA_PJSIP_HPP

#include <pjsip.h>
#include <pjsip_ua.h>
#include <pjsua2/types.hpp>

namespace cornetta
{

/* Priorities of modules: the border and modules that change messages come first. */
enum Place
{
    AT_THE_BORDER = PJSIP_MOD_PRIORITY_TSX_LAYER - 2,
    BEHIND_THE_BORDER = PJSIP_MOD_PRIORITY_TSX_LAYER - 1,
};

/* A module that sees received requests and responses, and sent requests; NULL for those that it does not see. `name`
 * must be a literal. */
pjsip_module makeModule(const char *name, Place place, pj_bool_t (*onRequest)(pjsip_rx_data *),
                        pj_bool_t (*onResponse)(pjsip_rx_data *), pj_status_t (*onRequestSent)(pjsip_tx_data *) = NULL);

/* Register it with the running library; it may have been registered with an earlier one. Throws pj::Error. */
void registerModule(pjsip_module &made) PJSUA2_THROW(pj::Error);

/* The INVITE session that a response belongs to, NULL where there is none. Before the first answer with a tag its dialog
 * has no remote tag. */
pjsip_inv_session *sessionOf(const pjsip_rx_data *response);

} // namespace cornetta

#endif
