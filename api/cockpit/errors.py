"""What the cockpit refuses."""

from api.kernel.errors import DomainError, Kind, Unauthenticated


class NotSignedIn(Unauthenticated):
    """The browser brought no cookie of a session."""

    code = "cockpit_not_signed_in"
    zh = "请先登录。"
    en = "Please sign in."


class ForeignPage(DomainError):
    """The request came from a page that is not one of ours."""

    code, kind = "cockpit_foreign_page", Kind.FORBIDDEN
    zh = "该请求不是由本系统页面发出的。"
    en = "This request was not made by a page of this system."
