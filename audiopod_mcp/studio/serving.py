"""The studio as a service of its own, for other programs and other machines."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

from audiopod_mcp.settings import SettingsError

from .config import StudioConfig


def serve_studio(config: StudioConfig, host: str, port: int, *, allow_public: bool = False) -> None:
    """Serve until told to stop; jobs under way are then put back, to be done at the next start.

    Raises:
        SettingsError: where an open studio would listen to everybody, there is no such engine, or the data
            folder can't be used.

    """
    import uvicorn
    from starlette.middleware.trustedhost import TrustedHostMiddleware

    from audiopod_mcp.connections import server_options

    from .app import create_studio
    from .jobs.unusable import look

    local = is_loopback(host)
    if not local and config.api_keys is None and not allow_public:
        raise SettingsError(
            f"--host: {host} can be reached from other machines, and anybody there could use this studio; "
            "listen on 127.0.0.1, or say --allow-public if that is what you want"
        )
    app = create_studio(config)
    if why := look(config.data_dir):
        raise SettingsError(why)
    if local:  # a web page can make its own name mean this machine, but can't hide that name
        public = urlsplit(config.public_url or "").hostname
        hosts = ["127.0.0.1", "localhost", "[::1]", "::1", *([public] if public else [])]
        app.add_middleware(TrustedHostMiddleware, allowed_hosts=hosts, www_redirect=False)
    uvicorn.run(
        app,
        host=host,
        port=port,
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=3,
        **server_options(),
    )


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches ``host``."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host.lower() == "localhost"
