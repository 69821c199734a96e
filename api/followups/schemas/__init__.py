"""What followups looks like on the wire."""

from api.followups.schemas.calendar import render_calendar
from api.followups.schemas.contacts import SentAtSchema, VisitContactReportSchema, VisitContactSchema
from api.followups.schemas.feeds import FeedQuery, VisitFeedListSchema, VisitNewFeedSchema
from api.followups.schemas.plans import VisitPlaceCodeSchema, VisitPlanFileSchema, VisitPlanQuery
from api.followups.schemas.scales import (
    ScaleVersionsQuery,
    VisitNewScaleSchema,
    VisitScaleListSchema,
    VisitScaleSchema,
)
from api.followups.schemas.templates import (
    VersionsQuery,
    VisitNewTemplateSchema,
    VisitTemplateListSchema,
    VisitTemplateSchema,
)
from api.followups.schemas.visits import (
    OverdueQuery,
    VisitAssignmentSchema,
    VisitFileSchema,
    VisitPageSchema,
    VisitQuery,
    VisitSchema,
    VisitWaiverSchema,
)

__all__ = [
    "FeedQuery",
    "OverdueQuery",
    "ScaleVersionsQuery",
    "SentAtSchema",
    "VersionsQuery",
    "VisitAssignmentSchema",
    "VisitContactReportSchema",
    "VisitContactSchema",
    "VisitFeedListSchema",
    "VisitFileSchema",
    "VisitNewFeedSchema",
    "VisitNewScaleSchema",
    "VisitNewTemplateSchema",
    "VisitPageSchema",
    "VisitPlaceCodeSchema",
    "VisitPlanFileSchema",
    "VisitPlanQuery",
    "VisitQuery",
    "VisitScaleListSchema",
    "VisitScaleSchema",
    "VisitSchema",
    "VisitTemplateListSchema",
    "VisitTemplateSchema",
    "VisitWaiverSchema",
    "render_calendar",
]
