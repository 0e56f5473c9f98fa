"""The instructor's tools, one command: `course`. Students never import this package."""

import sys

# jsonschema would compile this grammar of addresses wherever nbformat is imported: 3 seconds, for a check that no
# notebook asks for. `make setup` leaves the package out; this covers an environment that was made otherwise.
sys.modules.setdefault("rfc3987_syntax", None)
