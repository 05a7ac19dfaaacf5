/* A recording: a WAV file of 16 bits in two channels, written beside the media thread. Knows nothing of pjsip.
 *
 * The media thread puts frames into two rings and never waits. One thread writes the files of all recordings, some
 * times a second: the samples first, then the header that counts them. So the file can be played up to the last of these
 * turns however the process ends. A disk that hangs holds up the files of all recordings, also those on other disks, and
 * no call. The thread begins with the first recording and ends with the last one.
 */
#ifndef CORNETTA_RECORDING_HPP
#define CORNETTA_RECORDING_HPP

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

/* One channel: a ring with one thread that puts and one that takes. Positions are samples from the beginning. */
class CornettaTrack
{
public:
    explicit CornettaTrack(std::size_t capacity);

    /* A frame at its position, silence where there are no samples. What is missing before it becomes silence; what finds
     * no room is lost, counted, and silence too. */
    void put(std::uint64_t position, const std::int16_t *samples, std::size_t count);

    /* Samples `from` on, into each second place of `into`; silence where nothing was put. */
    void take(std::uint64_t from, std::size_t count, std::int16_t *into) const;
    void taken(std::uint64_t upTo) { done.store(upTo, std::memory_order_release); }

    std::uint64_t written() const { return end.load(std::memory_order_acquire); }
    std::uint64_t lost() const { return missed.load(std::memory_order_relaxed); }

private:
    void silence(std::uint64_t from, std::size_t count);

    std::vector<std::int16_t> ring;
    std::atomic<std::uint64_t> end;
    std::atomic<std::uint64_t> done;
    std::atomic<std::uint64_t> missed;
};

class CornettaRecording
{
public:
    enum State { OPENING, RUNNING, ENDED };

    CornettaRecording(const std::string &path, unsigned rate);
    ~CornettaRecording();
    CornettaRecording(const CornettaRecording &) = delete;
    CornettaRecording &operator=(const CornettaRecording &) = delete;

    /* Hand a recording to the thread that writes. False where no thread can be had. */
    static bool begin(const std::shared_ptr<CornettaRecording> &recording);

    /* Wait until no file is open any more; whether that was so in time. */
    static bool settle(unsigned milliseconds);

    /* How often a state has changed so far, of any recording. */
    static unsigned changes();

    /* A frame of one side (0 left, 1 right) as the bridge hands it over; for the media thread. Both sides of one tick
     * have one time stamp, in samples. */
    void put(int side, std::uint64_t timestamp, const std::int16_t *samples, std::size_t count);

    /* Silence on both sides from now on, or sound again. The time goes on. */
    void pause(bool on) { paused = on; }

    /* Nothing is put any more: write what is there and close the file. */
    void end();

    State state() const { return static_cast<State>(stands.load(std::memory_order_acquire)); }
    bool opened() const { return hadFile; }              /* its file is or was open */
    int problem() const { return failure; }              /* errno of what ended it, 0 where nothing failed */
    std::uint64_t frames() const { return inFile; }      /* that the file holds */
    std::uint64_t position() const { return reached; }   /* frames since the first one, lost ones as well */
    std::uint64_t lost() const;                          /* frames that have silence in the place of a lost sound */
    unsigned rate() const { return hz; }

private:
    friend struct CornettaRecordings;

    bool turn();
    bool open();
    bool write(std::uint64_t upTo);
    bool writeAll(const void *data, std::size_t size, std::uint64_t at);
    bool countInHeader();
    std::uint64_t ready(bool last) const;
    void finish(int reason);
    void become(State state);

    const std::string path;
    const unsigned hz;
    CornettaTrack tracks[2];
    std::vector<std::int16_t> buffer;
    std::atomic<std::uint64_t> origin; /* time stamp of the first frame and 1; 0: none came yet */
    std::atomic<std::uint64_t> reached; /* frames from the first one to the end of the latest */
    std::atomic<bool> paused;
    std::atomic<bool> ending;
    std::atomic<bool> hadFile;
    std::atomic<int> stands;
    std::atomic<int> failure;
    std::atomic<std::uint64_t> inFile;
    std::uint64_t counted; /* frames that the header tells of */
    int file;
};

#endif
