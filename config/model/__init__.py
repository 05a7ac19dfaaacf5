"""The configuration as frozen, checked values. Nothing here reads a file.

from config.model import Campaign, Settings
"""

from config.model.base import Section, Source
from config.model.calling_window import CallingWindow, Hours
from config.model.campaign import (
    Accept,
    CallingList,
    Campaign,
    Engaged,
    Join,
    Mode,
    Offer,
    OnStop,
    Predictive,
    Recording,
)
from config.model.desktop import DataField, Fields, FieldType, Permissions
from config.model.outcome import (
    USUAL_RETRIES,
    AfterCall,
    AfterDone,
    AfterLast,
    AtLimit,
    CallResultChoice,
    Disposition,
    Outcome,
    Retry,
    Unanswered,
    UnansweredResult,
    WhenUnanswered,
)
from config.model.people import LEAST_PASSWORD_LENGTH, NotReadyReason, Role, Team, User
from config.model.phone import AsteriskPhone, Phone, StaticPhone, address, split_reference
from config.model.server import Engine, LogLevel, Server
from config.model.settings import Settings
from config.model.trunk import (
    Authentication,
    Codec,
    IdentityHeader,
    MediaSettings,
    NumberForm,
    NumberFormat,
    PrefixRule,
    Privacy,
    ProbeKind,
    Trunk,
    TrunkTls,
)

__all__ = [
    "LEAST_PASSWORD_LENGTH",
    "USUAL_RETRIES",
    "Accept",
    "AfterCall",
    "AfterDone",
    "AfterLast",
    "AsteriskPhone",
    "AtLimit",
    "Authentication",
    "CallResultChoice",
    "CallingList",
    "CallingWindow",
    "Campaign",
    "Codec",
    "DataField",
    "Disposition",
    "Engaged",
    "Engine",
    "FieldType",
    "Fields",
    "Hours",
    "IdentityHeader",
    "Join",
    "LogLevel",
    "MediaSettings",
    "Mode",
    "NotReadyReason",
    "NumberForm",
    "NumberFormat",
    "Offer",
    "OnStop",
    "Outcome",
    "Permissions",
    "Phone",
    "Predictive",
    "PrefixRule",
    "Privacy",
    "ProbeKind",
    "Recording",
    "Retry",
    "Role",
    "Section",
    "Server",
    "Settings",
    "Source",
    "StaticPhone",
    "Team",
    "Trunk",
    "TrunkTls",
    "Unanswered",
    "UnansweredResult",
    "User",
    "WhenUnanswered",
    "address",
    "split_reference",
]
