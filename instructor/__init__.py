"""The instructor's tools, one command: `course`. Students never import this package."""
