"""Where bytes lie: the port, a folder on disk, a bucket."""
