"""Setting up hosts: one entry in the configuration file that each of them documents.

Whatever else is in the file stays as it is, byte for byte: comments, order, other servers, line ends.
"""

from .command import run_install, run_uninstall, set_up_hosts
from .formats import ConfigError, remove_entry, set_entry
from .hosts import HOSTS, Host, Machine, Server

__all__ = [
    "HOSTS",
    "ConfigError",
    "Host",
    "Machine",
    "Server",
    "remove_entry",
    "run_install",
    "run_uninstall",
    "set_entry",
    "set_up_hosts",
]
