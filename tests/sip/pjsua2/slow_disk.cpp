/* A program for test_slow_disk.py: recordings on a disk that is slow, hangs or is full (hanging_disk.c).
 *
 *     slow_disk SCENARIO DIRECTORY      prints one JSON object
 *
 * The disk hangs until this program lets it go on, after its last put(): one that waited for the disk would never return.
 */
#include "cornetta_recording.hpp"

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include <sys/resource.h>
#include <unistd.h>

namespace
{

const unsigned RATE_HZ = 8000;
const std::size_t FRAME = 160;
const std::uint64_t FIRST_TIMESTAMP = 123456; /* the bridge's clock ran before */
const std::chrono::seconds DEADLINE(20);
const unsigned SETTLE_MS = 20000;

typedef std::shared_ptr<CornettaRecording> Recording;

Recording begun(const std::string &path)
{
    const Recording made = std::make_shared<CornettaRecording>(path, RATE_HZ);
    if (!CornettaRecording::begin(made))
        std::exit(3);
    return made;
}

void until(const std::function<bool()> &condition)
{
    const auto by = std::chrono::steady_clock::now() + DEADLINE;
    while (!condition()) {
        if (std::chrono::steady_clock::now() > by) {
            std::fprintf(stderr, "not in time\n");
            std::exit(2);
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
}

void opened(const Recording &recording)
{
    until([&] { return recording->state() == CornettaRecording::RUNNING; });
}

/* Frames from one second to another. A sample tells its place: left from 1 to 30000 again and again, right below zero. */
void put(const Recording &recording, double fromSeconds, double toSeconds)
{
    std::vector<std::int16_t> left(FRAME), right(FRAME);
    const std::uint64_t end = static_cast<std::uint64_t>(toSeconds * RATE_HZ);
    for (std::uint64_t at = static_cast<std::uint64_t>(fromSeconds * RATE_HZ); at < end; at += FRAME) {
        for (std::size_t i = 0; i < FRAME; ++i) {
            left[i] = static_cast<std::int16_t>((at + i) % 30000 + 1);
            right[i] = static_cast<std::int16_t>(-left[i]);
        }
        recording->put(0, FIRST_TIMESTAMP + at, left.data(), FRAME);
        recording->put(1, FIRST_TIMESTAMP + at, right.data(), FRAME);
    }
}

void hang(const std::string &path)
{
    std::ofstream sign(path + ".hangs");
}

void goOn(const std::string &path)
{
    ::unlink((path + ".hangs").c_str());
}

double seconds(std::uint64_t frames)
{
    return static_cast<double>(frames) / RATE_HZ;
}

bool exists(const std::string &path)
{
    return ::access(path.c_str(), F_OK) == 0;
}

/* Ten seconds while it hangs, another one after it. */
void hanging(const std::string &path)
{
    const Recording recording = begun(path);
    opened(recording);
    hang(path);
    put(recording, 0.0, 10.0);
    const double position = seconds(recording->position());
    goOn(path);
    until([&] { return seconds(recording->frames()) >= 9.0; });
    put(recording, 10.0, 11.0);
    recording->end();
    const bool settled = CornettaRecording::settle(SETTLE_MS);
    std::printf("{\"position_s\": %.3f, \"lost_s\": %.3f, \"seconds\": %.3f, \"settled\": %d, \"problem\": %d}\n",
                position, seconds(recording->lost()), seconds(recording->frames()), settled, recording->problem());
}

/* It is told to end while it hangs, and is as long as what was said. */
void ended(const std::string &path)
{
    const Recording recording = begun(path);
    opened(recording);
    hang(path);
    put(recording, 0.0, 10.0);
    recording->end();
    const bool early = CornettaRecording::settle(1);
    goOn(path);
    const bool settled = CornettaRecording::settle(SETTLE_MS);
    std::printf("{\"early\": %d, \"settled\": %d, \"seconds\": %.3f, \"lost_s\": %.3f}\n", early, settled,
                seconds(recording->frames()), seconds(recording->lost()));
}

/* Another recording, on a disk that is well. */
void another(const std::string &path)
{
    const Recording recording = begun(path), other = std::make_shared<CornettaRecording>(path + ".other", RATE_HZ);
    opened(recording);
    hang(path);
    put(recording, 0.0, 1.0);
    if (!CornettaRecording::begin(other))
        std::exit(3);
    put(other, 0.0, 3.0);
    const bool early = other->opened();
    goOn(path);
    recording->end();
    other->end();
    const bool settled = CornettaRecording::settle(SETTLE_MS);
    std::printf("{\"early\": %d, \"settled\": %d, \"seconds\": %.3f, \"lost_s\": %.3f}\n", early, settled,
                seconds(other->frames()), seconds(other->lost()));
}

/* No room for the header, and then there is. */
void full(const std::string &path)
{
    rlimit limit;
    getrlimit(RLIMIT_FSIZE, &limit);
    const rlimit before = limit;
    limit.rlim_cur = 10;
    setrlimit(RLIMIT_FSIZE, &limit);
    const Recording first = begun(path);
    until([&] { return first->state() == CornettaRecording::ENDED; });
    const bool left = exists(path);
    setrlimit(RLIMIT_FSIZE, &before);
    const Recording second = begun(path);
    put(second, 0.0, 1.0);
    second->end();
    CornettaRecording::settle(SETTLE_MS);
    std::printf("{\"problem\": %d, \"opened\": %d, \"left\": %d, \"second\": %d, \"seconds\": %.3f}\n",
                first->problem(), first->opened(), left, second->problem(), seconds(second->frames()));
}

/* Over before anybody has looked. */
void brief(const std::string &path)
{
    const Recording recording = begun(path);
    recording->end();
    CornettaRecording::settle(SETTLE_MS);
    std::printf("{\"opened\": %d, \"ended\": %d, \"seconds\": %.3f, \"exists\": %d}\n", recording->opened(),
                recording->state() == CornettaRecording::ENDED, seconds(recording->frames()), exists(path));
}

} // namespace

int main(int count, char **arguments)
{
    const struct {
        const char *name;
        void (*play)(const std::string &path);
    } scenarios[] = {{"hanging", hanging}, {"ended", ended}, {"another", another}, {"full", full}, {"brief", brief}};
    for (const auto &scenario : scenarios)
        if (count == 3 && scenario.name == std::string(arguments[1])) {
            scenario.play(std::string(arguments[2]) + "/call.wav");
            return 0;
        }
    return 4;
}
