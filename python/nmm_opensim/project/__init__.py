"""A project's setup files: written, described and checked."""
