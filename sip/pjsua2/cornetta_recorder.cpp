#include "cornetta_recorder.hpp"

#include "cornetta_recording.hpp"

#include <pjsua2/endpoint.hpp>

#include <cerrno>

#define THIS_FILE "cornetta_recorder.cpp"

using namespace pj; /* the macros of pjsua2 take its names for granted */
using std::string;

namespace
{

/* One channel, as the media thread sees it. */
class Channel : public CornettaPort
{
public:
    Channel(int side_, const std::shared_ptr<CornettaRecording> &recording_) : side(side_), recording(recording_)
    {
    }

protected:
    virtual void onFrame(const pjmedia_frame &frame)
    {
        const bool audio = frame.type == PJMEDIA_FRAME_TYPE_AUDIO;
        recording->put(side, frame.timestamp.u64, audio ? static_cast<const std::int16_t *>(frame.buf) : nullptr,
                       audio ? frame.size / sizeof(pj_int16_t) : samplesPerFrame());
    }

private:
    const int side;
    const std::shared_ptr<CornettaRecording> recording;
};

} // namespace

CornettaRecorder::CornettaRecorder()
{
}

CornettaRecorder::~CornettaRecorder()
{
    close();
}

void CornettaRecorder::create(const std::string &path) PJSUA2_THROW(Error)
{
    if (recording)
        PJSUA2_RAISE_ERROR(PJ_EEXISTS);
    const std::shared_ptr<CornettaRecording> made =
        std::make_shared<CornettaRecording>(path, cornettaBridgeFormat().clock_rate);
    try {
        for (int side = 0; side < 2; ++side)
            sides[side].open(new Channel(side, made), "recorder", PJMEDIA_SIG_CLASS_APP('R', 'E', 'C'));
    } catch (Error &) {
        sides[0].leave();
        throw;
    }
    if (!CornettaRecording::begin(made)) {
        sides[0].leave();
        sides[1].leave();
        PJSUA2_RAISE_ERROR(PJ_STATUS_FROM_OS(EAGAIN));
    }
    recording = made;
}

AudioMedia &CornettaRecorder::left()
{
    return sides[0];
}

AudioMedia &CornettaRecorder::right()
{
    return sides[1];
}

void CornettaRecorder::pause(bool on)
{
    if (recording)
        recording->pause(on);
}

void CornettaRecorder::close()
{
    sides[0].leave();
    sides[1].leave();
    if (recording)
        recording->end();
}

bool CornettaRecorder::opened() const
{
    return recording && recording->opened();
}

bool CornettaRecorder::ended() const
{
    return recording && recording->state() == CornettaRecording::ENDED;
}

int CornettaRecorder::problem() const
{
    return recording ? recording->problem() : 0;
}

double CornettaRecorder::seconds() const
{
    return recording ? static_cast<double>(recording->frames()) / recording->rate() : 0.0;
}

double CornettaRecorder::position() const
{
    return recording ? static_cast<double>(recording->position()) / recording->rate() : 0.0;
}

double CornettaRecorder::lost() const
{
    return recording ? static_cast<double>(recording->lost()) / recording->rate() : 0.0;
}

unsigned cornettaRecordingChanges()
{
    return CornettaRecording::changes();
}

bool cornettaRecordingsSettled(unsigned milliseconds)
{
    return CornettaRecording::settle(milliseconds);
}
