"""A studio in a process of its own, for tests: ``python serve.py PORT CONFIG``, the configuration as JSON."""

import json
import sys
from pathlib import Path

from audiopod_mcp.studio.config import StudioConfig
from audiopod_mcp.studio.serving import serve_studio

if __name__ == "__main__":
    options = json.loads(sys.argv[2])
    options["data_dir"] = Path(options["data_dir"])
    options["local_folders"] = tuple(map(Path, options.get("local_folders", ())))
    serve_studio(StudioConfig(**options), "127.0.0.1", int(sys.argv[1]))
