/* A recorder on the conference bridge: two ports, one for each channel of a WAV file (cornetta_recording.hpp).
 *
 * What is connected to left() and right() is recorded there, 16 bits at the rate of the bridge. Both channels follow
 * the bridge's own clock, so that they stay together whatever is connected when; where nothing is, there is silence.
 */
#ifndef CORNETTA_RECORDER_HPP
#define CORNETTA_RECORDER_HPP

#include "cornetta_port.hpp"

#include <memory>
#include <string>

class CornettaRecording;

/* One channel; made by the recorder. */
class CornettaRecorderSide : public CornettaMedia
{
private:
    friend class CornettaRecorder;
};

class CornettaRecorder
{
public:
    CornettaRecorder();
    ~CornettaRecorder();

    /* Join the bridge and begin to record. The file is made by the thread that writes, with its directory; one that is
     * there already is left alone, and the recording ends with EEXIST. Throws pj::Error. */
    void create(const std::string &path) PJSUA2_THROW(pj::Error);

    /* The channels. They live as long as the recorder. */
    pj::AudioMedia &left();
    pj::AudioMedia &right();

    /* Silence in the file from the next frame on, or sound again. */
    void pause(bool on);

    /* Leave the bridge; the file is closed soon after. Does nothing the second time. */
    void close();

    /* Whether the file is open or was, and whether the recording is over. */
    bool opened() const;
    bool ended() const;

    /* errno of what ended the recording, 0 where it ended as it was told to. */
    int problem() const;

    /* Seconds in the file; seconds since the first frame, some of them still on the way to the file; seconds in which a
     * sound was lost because the disk was too slow, and is silence. */
    double seconds() const;
    double position() const;
    double lost() const;

private:
    CornettaRecorder(const CornettaRecorder &);
    CornettaRecorder &operator=(const CornettaRecorder &);

    std::shared_ptr<CornettaRecording> recording;
    CornettaRecorderSide sides[2];
};

/* How often the file of any recorder was opened or closed so far. */
unsigned cornettaRecordingChanges();

/* Wait until the files of all recorders that were closed are; whether they are, in time. */
bool cornettaRecordingsSettled(unsigned milliseconds);

#endif
