"""What areas call to print."""

from api.papers.service.rendering import render_paper

__all__ = ["render_paper"]
