"""Migrations: one head, numbered without gaps, and they make exactly what the models say."""

import re
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine

from api.all_models import MIGRATIONS, metadata


def script() -> ScriptDirectory:
    return ScriptDirectory(str(MIGRATIONS))


@pytest.mark.unit
def test_there_is_one_head() -> None:
    assert len(script().get_heads()) == 1


@pytest.mark.unit
def test_revisions_are_numbered_without_gaps() -> None:
    names = sorted(path.name for path in Path(MIGRATIONS, "versions").glob("*.py"))
    assert [int(re.match(r"(\d{4})_", name).group(1)) for name in names] == list(range(1, len(names) + 1))


def test_models_match_the_migrated_schema(clone_database) -> None:
    # A copy of the template, which is migrated from empty by the real migrations: while somebody is connected to the
    # template itself, nobody can copy it.
    engine = create_engine(clone_database())
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "compare_server_default": False, "include_object": _ours}
        )
        differences = compare_metadata(context, metadata)
    engine.dispose()
    assert differences == []


def _ours(obj, name, kind, reflected, compare_to) -> bool:
    # PostGIS's own table; indexes, which only the migrations declare; partitions of a declared table.
    if kind == "table":
        return name not in {"spatial_ref_sys", "alembic_version"} and not re.search(r"_(\d{8}|default)$", name)
    return kind != "index"
