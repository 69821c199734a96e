"""Everything that runs beside the web side: sender, relay, RQ workers, stand-ins."""
