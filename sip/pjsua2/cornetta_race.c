/* A test whether a media transport survives packets that come while it is attached.
 *
 * build.sh runs this against the libraries that it has just built. Two threads work on one transport as they do in an
 * engine: the media thread reads RTP and RTCP, the other attaches, which wipes the addresses that the first looks at.
 * Unpatched, pjproject 2.17 ends with a segmentation fault here, within seconds (pjproject 5001).
 *
 *     cornetta_race SECONDS      exit code 0: it survived, 2: the test could not run, by a signal: it did not survive
 */
#include <pjlib.h>
#include <pjlib-util.h>
#include <pjmedia.h>

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define FIRST_PORT 42000
#define LAST_PORT 52000
#define PACKET_BYTES 60
#define ATTACHMENTS_A_LOOK 500
#define REST_US 20

static volatile pj_bool_t over;
static volatile unsigned long heard;
static pj_sockaddr rtp_of_transport, rtcp_of_transport;

static void on_rtp(void *user_data, void *packet, pj_ssize_t size)
{
    PJ_UNUSED_ARG(user_data);
    PJ_UNUSED_ARG(packet);
    PJ_UNUSED_ARG(size);
}

static void on_rtcp(void *user_data, void *packet, pj_ssize_t size)
{
    on_rtp(user_data, packet, size);
    ++heard;
}

static int send_packets(void *socket)
{
    pj_uint8_t packet[PACKET_BYTES] = {0x80, 200, 0, 6};

    while (!over) {
        pj_ssize_t size = sizeof(packet);
        pj_sock_sendto(*(pj_sock_t *)socket, packet, &size, 0, &rtcp_of_transport, pj_sockaddr_get_len(&rtcp_of_transport));
        size = sizeof(packet);
        pj_sock_sendto(*(pj_sock_t *)socket, packet, &size, 0, &rtp_of_transport, pj_sockaddr_get_len(&rtp_of_transport));
    }
    return 0;
}

/* A transport on the first free pair of ports. */
static pj_status_t make_transport(pjmedia_endpt *endpoint, pjmedia_transport **transport)
{
    const pj_str_t loopback = {"127.0.0.1", 9};
    pj_status_t status = PJ_ENOTFOUND;
    int port;

    for (port = FIRST_PORT; port < LAST_PORT && status != PJ_SUCCESS; port += 2) {
        status = pjmedia_transport_udp_create2(endpoint, "race", &loopback, port, 0, transport);
        pj_sockaddr_init(pj_AF_INET(), &rtp_of_transport, &loopback, (pj_uint16_t)port);
        pj_sockaddr_init(pj_AF_INET(), &rtcp_of_transport, &loopback, (pj_uint16_t)(port + 1));
    }
    return status;
}

static unsigned long attach_for(int seconds, pjmedia_transport *transport, pj_pool_t *pool, const pj_sockaddr *peer)
{
    pj_time_val now, end;
    unsigned long attachments = 0;
    pjmedia_transport_attach_param wanted;

    pj_bzero(&wanted, sizeof(wanted));
    pj_sockaddr_cp(&wanted.rem_addr, peer);
    pj_sockaddr_cp(&wanted.rem_rtcp, peer);
    wanted.addr_len = pj_sockaddr_get_len(peer);
    wanted.rtp_cb = &on_rtp;
    wanted.rtcp_cb = &on_rtcp;
    wanted.user_data = &wanted;
    pj_gettimeofday(&end);
    end.sec += seconds;
    do {
        unsigned i;
        pjmedia_transport_media_start(transport, pool, NULL, NULL, 0);
        for (i = 0; i < ATTACHMENTS_A_LOOK; ++i) {
            pjmedia_transport_attach2(transport, &wanted);
            /* Without a pause the lock is nearly always held here, and the media thread makes no progress. */
            usleep(REST_US);
        }
        attachments += i;
        pj_gettimeofday(&now);
    } while (PJ_TIME_VAL_LT(now, end));
    return attachments;
}

int main(int argc, char *argv[])
{
    const pj_str_t loopback = {"127.0.0.1", 9};
    pj_caching_pool pools;
    pj_pool_t *pool;
    pjmedia_endpt *endpoint;
    pjmedia_transport *transport;
    pj_sock_t sender;
    pj_sockaddr peer;
    int size = sizeof(peer);
    pj_thread_t *thread;
    unsigned long attachments;

    pj_log_set_level(1);
    if (argc != 2 || pj_init() != PJ_SUCCESS || pjlib_util_init() != PJ_SUCCESS)
        return 2;
    pj_log_set_level(1);
    pj_caching_pool_init(&pools, NULL, 0);
    pool = pj_pool_create(&pools.factory, "race", 4000, 4000, NULL);
    pj_sockaddr_init(pj_AF_INET(), &peer, &loopback, 0);
    if (pjmedia_endpt_create(&pools.factory, NULL, 1, &endpoint) != PJ_SUCCESS ||
        make_transport(endpoint, &transport) != PJ_SUCCESS ||
        pj_sock_socket(pj_AF_INET(), pj_SOCK_DGRAM(), 0, &sender) != PJ_SUCCESS ||
        pj_sock_bind(sender, &peer, pj_sockaddr_get_len(&peer)) != PJ_SUCCESS ||
        pj_sock_getsockname(sender, &peer, &size) != PJ_SUCCESS ||
        pj_thread_create(pool, "sender", &send_packets, &sender, 0, 0, &thread) != PJ_SUCCESS)
        return 2;

    attachments = attach_for(atoi(argv[1]), transport, pool, &peer);
    over = PJ_TRUE;
    pj_thread_join(thread);
    printf("attached %lu times, heard %lu RTCP packets\n", attachments, heard);
    /* Without a packet in between the test proves nothing. */
    return heard ? 0 : 2;
}
