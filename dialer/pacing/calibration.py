"""What the scores of a list are worth: the chance that a score names, corrected by what became of such records."""

from __future__ import annotations

#: Scores are looked at in so many classes.
CLASSES = 10
#: Weight of the score as it is, in answers; weight that the past keeps with each dial of its class.
PRIOR_ANSWERS, KEEP = 10.0, 1.0 - 1.0 / 2000.0
#: Bounds of a chance of an answer.
LEAST, MOST = 0.005, 0.95


class Calibration:
    """Answers against scores, by class of score, as a ratio that starts at 1."""

    def __init__(self) -> None:
        self._answers = [0.0] * CLASSES
        self._named = [0.0] * CLASSES

    def chance(self, score: float) -> float:
        """The chance of an answer to expect of this score (0 to 1)."""
        at = _class(score)
        ratio = (self._answers[at] + PRIOR_ANSWERS) / (self._named[at] + PRIOR_ANSWERS)
        return min(MOST, max(LEAST, score * ratio))

    def learn(self, score: float, level: float, answer: float) -> None:
        """One dial of a ripe cohort: whether it was answered (1, 0, in between when it was given up). `level`: how
        all records answer now compared with what is expected of them; scores are judged beside it, not for it."""
        at = _class(score)
        self._answers[at] = self._answers[at] * KEEP + answer
        self._named[at] = self._named[at] * KEEP + score * level


def _class(score: float) -> int:
    return min(CLASSES - 1, max(0, int(score * CLASSES)))
