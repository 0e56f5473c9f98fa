"""What the course gains on the usual ways of doing the same work, measured side by side in one run."""
