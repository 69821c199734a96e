"""The vocabulary of disputes that decisions hang on. What is only shown and counted (categories, documents, education)
is data: rows of the code lists."""

from enum import StrEnum


class Colour(StrEnum):
    """Five-colour grade, gravest first."""

    RED = "red"
    ORANGE = "orange"
    YELLOW = "yellow"
    BLUE = "blue"
    WHITE = "white"


class CodeList(StrEnum):
    """The code lists of the record."""

    CATEGORY = "category"
    SOURCE = "source"
    SCALE = "scale"
    DOCUMENT = "document"
    SEX = "sex"
    EDUCATION = "education"
    ETHNICITY = "ethnicity"
    RESOLUTION_WAY = "resolution_way"


class Source(StrEnum):
    """How the station learnt of it. The station's list may hold more; these are the ones the program writes."""

    INCIDENT = "incident"
    COUNTER = "counter"
    CALL = "call"
    PATROL = "patrol"
    VISIT = "visit"
    TRANSFER = "transfer"
    IMPORT = "import"
    OTHER = "other"


class Scale(StrEnum):
    """How many people it moves."""

    INDIVIDUAL = "01"
    GROUP = "02"
    MAJOR_GROUP = "03"


class RiskSign(StrEnum):
    """What makes a dispute dangerous, as somebody saw or heard it."""

    ALCOHOL = "alcohol"
    INJURY = "injury"
    WEAPON = "weapon"
    THREAT = "threat"
    DOMESTIC_VIOLENCE = "domestic_violence"


class PartyRole(StrEnum):
    """Which side somebody stands on."""

    APPLICANT = "applicant"
    RESPONDENT = "respondent"
    THIRD = "third"


class PartyKind(StrEnum):
    """A person, or an organisation with a contact person."""

    NATURAL = "natural"
    LEGAL = "legal"


class MediatorKind(StrEnum):
    """Who mediates. The last two may have no account here."""

    GRID_OFFICER = "grid_officer"
    POLICE_OFFICER = "police_officer"
    PEOPLES_MEDIATOR = "peoples_mediator"
    OUTSIDE = "outside"


class InsiderWhy(StrEnum):
    """Why somebody needs to know a case."""

    RECEIVER = "receiver"  # took it in; until a team has it
    TEAM = "team"
    NAMED = "named"  # a supervisor named for a strict case


class Sight(StrEnum):
    """How much of a case somebody sees."""

    FULL = "full"
    MASKED = "masked"
    NONE = "none"


class StandardKind(StrEnum):
    """What a station may set by a new version of a standard."""

    WEIGHTS = "weights"  # of the risk score
    DEADLINES = "deadlines"  # working days for each state, and how far back matching looks
    NAMED = "named"  # supervisors who may see strict cases
    MEDIATION = "mediation"  # days between sessions, for answers, confirmation, ratings


class EventKind(StrEnum):
    """A line of a case's timeline; phones and the console know them by these names."""

    REPORTED = "reported"
    EDITED = "edited"
    STATE = "state"
    OVERDUE = "overdue"
    SCORED = "scored"
    COLOURED = "coloured"  # by hand
    STRICT = "strict"
    PARTY_ADDED = "party_added"
    PARTY_EDITED = "party_edited"
    PARTY_REMOVED = "party_removed"
    HISTORY = "history"  # earlier calls of the same people or place
    MERGED_IN = "merged_in"
    MERGED = "merged"
    SPLIT_OFF = "split_off"
    SPLIT_FROM = "split_from"
    INSIDERS = "insiders"
