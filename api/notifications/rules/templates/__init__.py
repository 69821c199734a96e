"""What messages say, as versioned data.

Before somebody has accepted, a message holds no place and no name: the texts are the same for every incident, and the
only variables are numbers, codes and public references. A wording that changes gets a new version, because operators
register each one.
"""

from api.notifications.rules.templates.making import LINK, REPLY, Template, Unrenderable, sign_text
from api.notifications.rules.templates.rendering import TEMPLATES, check_variables, render, render_all, render_sms

__all__ = [
    "LINK",
    "REPLY",
    "TEMPLATES",
    "Template",
    "Unrenderable",
    "check_variables",
    "render",
    "render_all",
    "render_sms",
    "sign_text",
]
