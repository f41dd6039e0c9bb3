"""Commands that stand beside the main path: each module is one command, and imports what is heavy when it runs."""
