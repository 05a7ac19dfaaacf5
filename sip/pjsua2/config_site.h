/* Compile-time limits and switches of pjsip for a dialer: thousands of legs, no sound card, no video.
 *
 * A limit costs memory only where it sizes a static table (about 9 kB for each possible call); the engine reads the
 * compiled PJSUA_MAX_CALLS back and reports it as its capacity.
 */
#ifndef CORNETTA_CONFIG_SITE_H
#define CORNETTA_CONFIG_SITE_H

/* Legs, accounts (one for each trunk and each range of RTP ports), bridge ports (legs, players, recorders, taps). */
#define PJSUA_MAX_CALLS             2048
#define PJSUA_MAX_ACC               256
#define PJSUA_MAX_CONF_PORTS        8192
#define PJSUA_MAX_PLAYERS           512
#define PJSUA_MAX_RECORDERS         2048

/* Two sockets for each leg (RTP and RTCP). Needs epoll. The SIP transports, a TCP connection each, have a table of
 * their own. An entry takes nearly 1 kB. */
#define PJ_IOQUEUE_MAX_HANDLES      8192
#define PJSIP_MAX_TRANSPORTS        4096

/* An incoming connection has to send data within 10 s. The bound on their number is in cornetta_peers.cpp. */
#define PJSIP_TCP_INITIAL_TIMEOUT               10
#define PJSIP_TRANSPORT_SERVER_IDLE_TIME_FIRST  10

/* Connections that wait to be accepted. With 5 of them, a few others are enough to delay a trunk's own for 1 s. */
#define PJSIP_TCP_TRANSPORT_BACKLOG             512
#define PJSIP_TLS_TRANSPORT_BACKLOG             512

/* Bare, level-triggered epoll: each queue of ours is polled by one thread. By default (EPOLLEXCLUSIVE) every packet
 * costs four epoll_ctl, which delete and add its socket again; bare it costs two that modify it. Several events a poll:
 * the packets of all legs come in bursts, once a tick of 20 ms. */
#define PJ_IOQUEUE_DEFAULT_EPOLL_FLAGS          0
#define PJ_IOQUEUE_MAX_EVENTS_IN_SINGLE_POLL    64

/* Media sections of an SDP that is understood. Each possible call has room for all of them: 1.3 kB a section. */
#define PJMEDIA_MAX_SDP_MEDIA       6

/* Must be 2^n - 1: they size hash tables. A leg that was hung up keeps its transaction up to 32 s (RFC 3261 17.1). */
#define PJSIP_MAX_TSX_COUNT         16383
#define PJSIP_MAX_DIALOG_COUNT      16383

/* Carriers add long Route, Identity and SDP; the default of 4000 bytes truncates. Never change transport by size:
 * many carriers have no TCP (RFC 3261 18.1.1 would switch above 1300 bytes). */
#define PJSIP_MAX_PKT_LEN           8000
#define PJSIP_DONT_SWITCH_TO_TCP    1

/* Bytes by which pools grow. Messages are kept for 32 s, most of them need a few hundred bytes above the first 4000.
 * Memory that is never given back (records of dialogs, listeners of a transport) lies together and not on a page each.
 * */
#define PJSIP_POOL_INC_TDATA        1000
#define PJSIP_POOL_INC_UA           16000
#define PJSIP_POOL_INC_TRANSPORT    4000

/* One UDP socket gets the bursts of all legs of its transport; bytes. The kernel caps it at net.core.rmem_max. */
#define PJSIP_UDP_SO_RCVBUF_SIZE    4000000
#define PJSIP_UDP_SO_SNDBUF_SIZE    4000000

#define PJMEDIA_HAS_VIDEO           0
#define PJ_HAS_SSL_SOCK             1

#endif
