// Cornetta's additions to pjsua2: included at the end of pjsua2.i by build.sh.
%{
#include "cornetta_port.hpp"
#include "cornetta_tap.hpp"
#include "cornetta_answers.hpp"
#include "cornetta_calls.hpp"
#include "cornetta_border.hpp"
#include "cornetta_guard.hpp"
#include "cornetta_names.hpp"
#include "cornetta_peers.hpp"
#include "cornetta_sdp.hpp"
#include "cornetta_life.hpp"
#include "cornetta_dialogs.hpp"
#include "cornetta_recorder.hpp"
%}

%include "cornetta_port.hpp"
%include "cornetta_tap.hpp"
%include "cornetta_answers.hpp"
%include "cornetta_calls.hpp"
%include "cornetta_border.hpp"
%include "cornetta_guard.hpp"
%include "cornetta_names.hpp"
%include "cornetta_peers.hpp"
%include "cornetta_sdp.hpp"
%include "cornetta_life.hpp"
%include "cornetta_dialogs.hpp"
%include "cornetta_recorder.hpp"

%template(CornettaLateAnswers) std::vector<CornettaLateAnswer>;
