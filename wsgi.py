"""The WSGI entry point: `granian --interface wsgi wsgi:app`, and the commands of `flask --app wsgi`."""

from api.app import create_app
from api.cli import register_commands
from config import load_settings

app = create_app(load_settings())
register_commands(app)
