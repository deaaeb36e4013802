"""``python -m audiopod_mcp``."""

import sys

from audiopod_mcp.cli import main

if __name__ == "__main__":
    sys.exit(main())
