"""What identity decides, without touching anything: who may do what, what a number is, when an attempt is too many."""

from api.identity.rules.permissions import FIELD_ROLES, MATRIX, permissions_of, roles_through
from api.identity.rules.phones import parse_phone

__all__ = ["FIELD_ROLES", "MATRIX", "parse_phone", "permissions_of", "roles_through"]
