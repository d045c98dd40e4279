"""The one kind of error that this tool reports in a line of its own, without a traceback."""


class SdkError(Exception):
    """Something that the user can read, understand and act on."""
