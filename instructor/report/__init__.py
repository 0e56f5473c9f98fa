"""The teacher's report on a lab: how the class did, what it did not understand, and whom to look at."""
