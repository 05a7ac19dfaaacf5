#include "cornetta_recording.hpp"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <cstring>
#include <filesystem>
#include <mutex>
#include <thread>

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <unistd.h>

namespace
{

const unsigned SECONDS_HELD = 4; /* of audio in the rings: how long the disk may hang before something is lost */
const std::size_t FRAMES_A_WRITE = 4096;
const std::chrono::milliseconds TURN(200);
const std::size_t CHANNELS = 2;
const std::size_t FRAME_BYTES = CHANNELS * sizeof(std::int16_t);
const std::size_t HEADER_BYTES = 44;
const std::uint64_t FRAMES_MAX = (0xffffffffu - HEADER_BYTES) / FRAME_BYTES; /* sizes of a WAV file have 32 bits */

std::size_t powerOfTwo(std::size_t least)
{
    std::size_t size = 1;
    while (size < least)
        size *= 2;
    return size;
}

void store16(unsigned char *at, std::uint16_t value)
{
    at[0] = static_cast<unsigned char>(value);
    at[1] = static_cast<unsigned char>(value >> 8);
}

void store32(unsigned char *at, std::uint32_t value)
{
    store16(at, static_cast<std::uint16_t>(value));
    store16(at + 2, static_cast<std::uint16_t>(value >> 16));
}

} // namespace

/* -- a channel -------------------------------------------------------------------------------------------------- */

CornettaTrack::CornettaTrack(std::size_t capacity) : ring(powerOfTwo(capacity)), end(0), done(0), missed(0)
{
}

void CornettaTrack::silence(std::uint64_t from, std::size_t count)
{
    const std::size_t mask = ring.size() - 1, at = from & mask;
    const std::size_t first = std::min(count, ring.size() - at);
    std::fill_n(ring.begin() + static_cast<std::ptrdiff_t>(at), first, 0);
    std::fill_n(ring.begin(), count - first, 0);
}

void CornettaTrack::put(std::uint64_t position, const std::int16_t *samples, std::size_t count)
{
    const std::uint64_t before = done.load(std::memory_order_acquire);
    /* The writer went ahead of a side that had no frames for long. */
    std::uint64_t at = std::max(end.load(std::memory_order_relaxed), before);
    if (position < at)
        return;
    std::size_t room = ring.size() - static_cast<std::size_t>(at - before);
    const std::size_t gap = static_cast<std::size_t>(std::min<std::uint64_t>(position - at, room));
    silence(at, gap);
    at += gap;
    room -= gap;
    if (at != position || room < count) {
        if (samples)
            missed.fetch_add(count, std::memory_order_relaxed);
    } else {
        if (samples) {
            const std::size_t start = at & (ring.size() - 1);
            const std::size_t first = std::min(count, ring.size() - start);
            std::memcpy(&ring[start], samples, first * sizeof *samples);
            std::memcpy(&ring[0], samples + first, (count - first) * sizeof *samples);
        } else {
            silence(at, count);
        }
        at += count;
    }
    end.store(at, std::memory_order_release);
}

void CornettaTrack::take(std::uint64_t from, std::size_t count, std::int16_t *into) const
{
    const std::uint64_t last = written();
    const std::size_t mask = ring.size() - 1;
    for (std::size_t i = 0; i < count; ++i)
        into[i * CHANNELS] = from + i < last ? ring[(from + i) & mask] : 0;
}

/* -- the thread that writes -------------------------------------------------------------------------------------- */

struct CornettaRecordings
{
    std::mutex lock;
    std::condition_variable news;
    std::vector<std::shared_ptr<CornettaRecording>> open;
    std::atomic<unsigned> changes{0};
    bool hurry = false;
    bool running = false;

    /* Never destroyed: the thread may outlive main(). */
    static CornettaRecordings &all()
    {
        static CornettaRecordings *const one = new CornettaRecordings;
        return *one;
    }

    void run()
    {
        std::unique_lock<std::mutex> held(lock);
        while (!open.empty()) {
            const std::vector<std::shared_ptr<CornettaRecording>> now = open;
            hurry = false;
            held.unlock();
            std::vector<std::shared_ptr<CornettaRecording>> over;
            for (const auto &recording : now)
                if (!recording->turn())
                    over.push_back(recording);
            held.lock();
            for (const auto &recording : over)
                open.erase(std::find(open.begin(), open.end(), recording));
            news.notify_all();
            if (!open.empty())
                news.wait_for(held, TURN, [this] { return hurry; });
        }
        running = false;
    }

    bool start()
    {
        sigset_t all, former;
        sigfillset(&all);
        pthread_sigmask(SIG_SETMASK, &all, &former); /* signals are Python's, and SIGXFSZ is an errno here */
        try {
            std::thread([this] { run(); }).detach();
            running = true;
        } catch (const std::exception &) {
        }
        pthread_sigmask(SIG_SETMASK, &former, nullptr);
        return running;
    }
};

bool CornettaRecording::begin(const std::shared_ptr<CornettaRecording> &recording)
{
    CornettaRecordings &all = CornettaRecordings::all();
    std::lock_guard<std::mutex> held(all.lock);
    all.open.push_back(recording);
    all.hurry = true;
    all.news.notify_all();
    if (all.running || all.start())
        return true;
    all.open.clear();
    return false;
}

bool CornettaRecording::settle(unsigned milliseconds)
{
    CornettaRecordings &all = CornettaRecordings::all();
    std::unique_lock<std::mutex> held(all.lock);
    return all.news.wait_for(held, std::chrono::milliseconds(milliseconds), [&all] { return all.open.empty(); });
}

unsigned CornettaRecording::changes()
{
    return CornettaRecordings::all().changes;
}

/* -- a recording -------------------------------------------------------------------------------------------------- */

CornettaRecording::CornettaRecording(const std::string &path_, unsigned rate)
    : path(path_), hz(rate), tracks{CornettaTrack(rate * SECONDS_HELD), CornettaTrack(rate * SECONDS_HELD)},
      buffer(FRAMES_A_WRITE * CHANNELS), origin(0), reached(0), paused(false), ending(false), hadFile(false),
      stands(OPENING), failure(0), inFile(0), counted(0), file(-1)
{
}

CornettaRecording::~CornettaRecording()
{
    if (file >= 0)
        ::close(file);
}

void CornettaRecording::put(int side, std::uint64_t timestamp, const std::int16_t *samples, std::size_t count)
{
    std::uint64_t first = origin;
    if (first == 0 && origin.compare_exchange_strong(first, timestamp + 1))
        first = timestamp + 1;
    if (timestamp + 1 < first)
        return;
    const std::uint64_t at = timestamp + 1 - first;
    tracks[side].put(at, paused ? nullptr : samples, count);
    std::uint64_t before = reached;
    while (before < at + count && !reached.compare_exchange_weak(before, at + count))
        continue;
}

void CornettaRecording::end()
{
    CornettaRecordings &all = CornettaRecordings::all();
    std::lock_guard<std::mutex> held(all.lock);
    ending = true;
    all.hurry = true;
    all.news.notify_all();
}

/* A sound that was lost on both sides is one moment of the file. */
std::uint64_t CornettaRecording::lost() const
{
    return std::max(tracks[0].lost(), tracks[1].lost());
}

/* Up to where both sides are there. One that has no frames for a second, or lost them, is silent. */
std::uint64_t CornettaRecording::ready(bool last) const
{
    const std::uint64_t longer = position();
    const std::uint64_t shorter = std::min(tracks[0].written(), tracks[1].written());
    return last ? longer : std::max(shorter, longer > hz ? longer - hz : 0);
}

/* What there is to do now; false when the recording is over. */
bool CornettaRecording::turn()
{
    if (state() == OPENING && !open())
        return false;
    const bool last = ending;
    if (!write(ready(last)))
        return false;
    if (last)
        finish(0);
    return !last;
}

bool CornettaRecording::open()
{
    std::error_code ignored; /* what is wrong with a directory, open() says */
    std::filesystem::create_directories(std::filesystem::path(path).parent_path(), ignored);
    file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    counted = FRAMES_MAX;
    if (file < 0 || !countInHeader()) {
        const int reason = errno;
        if (file >= 0)
            ::unlink(path.c_str()); /* it holds nothing, and no other recording could have its path */
        finish(reason);
        return false;
    }
    hadFile = true;
    become(RUNNING);
    return true;
}

bool CornettaRecording::write(std::uint64_t upTo)
{
    while (inFile < upTo) {
        const std::uint64_t from = inFile;
        const std::size_t count = static_cast<std::size_t>(std::min<std::uint64_t>(upTo - from, FRAMES_A_WRITE));
        for (std::size_t side = 0; side < CHANNELS; ++side)
            tracks[side].take(from, count, &buffer[side]);
        if (from + count > FRAMES_MAX) {
            finish(EFBIG);
            return false;
        }
        if (!writeAll(buffer.data(), count * FRAME_BYTES, HEADER_BYTES + from * FRAME_BYTES)) {
            finish(errno);
            return false;
        }
        for (CornettaTrack &track : tracks)
            track.taken(from + count);
    }
    if (countInHeader())
        return true;
    finish(errno);
    return false;
}

/* Counts whole frames of samples as they come into the file. */
bool CornettaRecording::writeAll(const void *data, std::size_t size, std::uint64_t at)
{
    const char *bytes = static_cast<const char *>(data);
    std::size_t written = 0;
    while (written < size) {
        const ssize_t now = ::pwrite(file, bytes + written, size - written, static_cast<off_t>(at + written));
        if (now < 0 && errno == EINTR)
            continue;
        if (now <= 0) {
            errno = now < 0 ? errno : ENOSPC;
            return false;
        }
        written += static_cast<std::size_t>(now);
        if (at >= HEADER_BYTES)
            inFile = (at - HEADER_BYTES + written) / FRAME_BYTES;
    }
    return true;
}

/* The whole header in one write, so that no reader finds a half of it. */
bool CornettaRecording::countInHeader()
{
    if (counted == inFile)
        return true;
    const std::uint32_t size = static_cast<std::uint32_t>(inFile * FRAME_BYTES);
    unsigned char header[HEADER_BYTES];
    std::memcpy(header, "RIFF....WAVEfmt ", 16);
    store32(header + 4, static_cast<std::uint32_t>(HEADER_BYTES - 8) + size);
    store32(header + 16, 16); /* bytes of this chunk */
    store16(header + 20, 1);  /* PCM */
    store16(header + 22, CHANNELS);
    store32(header + 24, hz);
    store32(header + 28, hz * FRAME_BYTES);
    store16(header + 32, FRAME_BYTES);
    store16(header + 34, 8 * sizeof(std::int16_t));
    std::memcpy(header + 36, "data", 4);
    store32(header + 40, size);
    if (!writeAll(header, sizeof header, 0))
        return false;
    counted = inFile;
    return true;
}

void CornettaRecording::finish(int reason)
{
    failure = reason;
    if (file >= 0) {
        countInHeader(); /* what is in the file counts, also where the disk is full */
        ::close(file);
        file = -1;
    }
    become(ENDED);
}

void CornettaRecording::become(State state)
{
    stands.store(state, std::memory_order_release);
    ++CornettaRecordings::all().changes;
}
