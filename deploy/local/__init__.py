"""One checkout, running by itself: packages, `.venv`, a private PostgreSQL and Redis, secrets, and the processes.

Owns: everything under `var/` and `.venv/`, and the few folders outside the checkout it had to fall back to.
Refuses: to touch a server, a cluster or a service that was there before; to listen on a network port for a database;
to import anything but the standard library (it runs before `.venv` exists).

Three things to remember:

1. PostgreSQL refuses to run as root, so for root it runs as an unprivileged account (`account.py`), which may not be
   able to reach the checkout; then its files go to a folder recorded under `var/places/` (`places.py`).
2. Who may connect is decided by the kernel (`peer`), not by passwords: there are none to leak.
3. The servers outlive the command which started them; `make db-stop` and `make clean` stop them, `make run` its own.
"""
