"""Why a pacing rule that somebody has typed is none."""

from __future__ import annotations

SENTENCES = {
    "unknown_rule": "There is no pacing rule ''{rule}''. There are: {rules}.",
    "unknown_rule.because": "There is no pacing rule ''{rule}'' ({why}). There are: {rules}.",
    "rule_setting.none": "{rule} has no setting ''{written}''; write {rule}",
    "rule_setting.unknown": "{written} is none of its settings",
    "rule_setting.lines": "''{written}'' is no number of lines; write ratio:2",
    "rule_setting.knowledge": "''{written}'' is nothing that an oracle knows; write oracle:answers or oracle:both",
    "rule_setting.method": "''{written}'' is no method; write {methods}",
    "rule_setting.number": "{setting} ''{written}'' is no number; write {setting}={example}",
    "rule_setting.switch": "''{written}'' has a value and {setting} takes none; write {setting}, or leave it out",
    "rule_setting.range": "{setting} {value} is out of range; write {least} to {most}",
}
