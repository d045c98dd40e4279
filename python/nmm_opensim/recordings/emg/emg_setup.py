"""``<NMMEmgProcessingTool>``: which recordings, how they are filtered, what they are divided by."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ...errors import NMMError
from ...formats.setup_xml import SetupElement, read_setup
from ..delimited import DECIMALS, DELIMITERS, Layout
from ..signal import VOLTS
from .channel_list import split_labels
from .filters import EmgFilters

TOOL = "NMMEmgProcessingTool"
MAINS = (50.0, 60.0)


@dataclass(frozen=True)
class EmgFile:
    """A file of a recording; ``channels`` in the file become ``names``.

    The rest is what the file may not state: unit, rate (Hz), layout. ``time_offset`` (s) is added
    to its times; with a trigger, times count from its first rise to ``threshold``.
    """

    path: Path
    channels: tuple[str, ...]
    names: tuple[str, ...]
    units: str | None
    sampling_rate: float | None
    layout: Layout
    time_offset: float
    trigger: tuple[str, float] | None

    @property
    def needed_channels(self) -> tuple[str, ...]:
        """All that is read of the file."""
        return self.channels if self.trigger is None else (*self.channels, self.trigger[0])


@dataclass(frozen=True)
class EmgRecording:
    """Files recorded at once; an ``mvc`` recording only scales the trials."""

    name: str
    mvc: bool
    files: tuple[EmgFile, ...]


@dataclass(frozen=True)
class EmgSetup:
    """All that the setup declares; ``reference`` holds given values in V by channel."""

    name: str
    file: Path
    recordings: tuple[EmgRecording, ...]
    filters: EmgFilters
    output_rate: float
    normalization: str
    reference: dict[str, float]
    mains_frequency: float
    results_directory: Path

    def envelope_file(self, recording: EmgRecording) -> Path:
        """What processing a trial writes."""
        return self.results_directory / f"{self.name}_{recording.name}_emg.sto"

    @property
    def quality_file(self) -> Path:
        """Where the quality report goes."""
        return self.results_directory / f"{self.name}_emg_quality.json"


def read_emg_setup(file: Path) -> EmgSetup:
    """Read and check a setup; every complaint names the line."""
    tool = read_setup(file, TOOL)
    mains = tool.get_number("mains_frequency")
    if mains not in MAINS:
        raise tool.error(f"<mains_frequency>: expected 50 or 60 Hz, but found {mains:g}")
    recordings = tuple(
        map(_read_recording, tool.get_child("recordings").get_children(["Recording"]))
    )
    filters = _read_filters(tool)
    rate = tool.get_number("output_rate", 200.0)
    if rate < 4 * filters.lowpass:
        raise tool.error(
            f"<output_rate>: expected at least four times <lowpass>, {4 * filters.lowpass:g} Hz, "
            f"but found {rate:g}"
        )
    normalization = tool.get_choice("normalization", ["maximum", "mvc", "value"])
    setup = EmgSetup(
        name=tool.file_stem,
        file=tool.file,
        recordings=recordings,
        filters=filters,
        output_rate=rate,
        normalization=normalization,
        reference=_read_reference(tool) if normalization == "value" else {},
        mains_frequency=mains,
        results_directory=tool.get_path("results_directory", "."),
    )
    tool.finish()
    _check(setup, tool)
    return setup


def _check(setup: EmgSetup, tool: SetupElement) -> None:
    trials = [recording for recording in setup.recordings if not recording.mvc]
    if not trials:
        raise tool.error('expected a <Recording> whose <role> is "trial", but found none')
    if setup.normalization == "mvc" and len(trials) == len(setup.recordings):
        raise tool.error('<normalization> mvc: expected a <Recording> whose <role> is "mvc"')
    names = [name for file in trials[0].files for name in file.names]
    for recording in setup.recordings:
        own = [name for file in recording.files for name in file.names]
        repeated = {name for name in own if own.count(name) > 1}
        if repeated:
            raise tool.error(f"recording '{recording.name}' names '{min(repeated)}' twice")
        if not recording.mvc and own != names:
            raise tool.error(
                f"recording '{recording.name}': expected the channels of '{trials[0].name}', "
                f"{' '.join(names)}, but found {' '.join(own)}"
            )
    missing = [name for name in names if name not in setup.reference]
    if setup.normalization == "value" and missing:
        raise tool.error(f"<reference_values>: expected a value for channel '{missing[0]}'")


def _read_reference(tool: SetupElement) -> dict[str, float]:
    reference = {}
    for child in tool.get_child("reference_values").get_children(["Reference"]):
        value = child.get_number("value", minimum=1e-300)
        reference[child.name] = value * VOLTS[child.get_choice("units", list(VOLTS))]
        child.finish()
    return reference


def _read_filters(tool: SetupElement) -> EmgFilters:
    low, high = tool.get_numbers("bandpass", [20.0, 450.0], count=2, minimum=0.1)
    return EmgFilters(
        bandpass=(low, high),
        bandpass_order=tool.get_integer("bandpass_order", 2, minimum=1),
        notch=tuple(tool.get_numbers("notch", [], minimum=1.0)),
        lowpass=tool.get_number("lowpass", 6.0, minimum=0.1),
        lowpass_order=tool.get_integer("lowpass_order", 2, minimum=1),
        causal=tool.get_choice("lag", ["zero", "causal"], "zero") == "causal",
    )


def _read_recording(element: SetupElement) -> EmgRecording:
    role = element.get_choice("role", ["trial", "mvc"], "trial")
    files = tuple(map(_read_file, element.get_child("files").get_children(["EmgFile"])))
    if not files:
        raise element.error("expected an <EmgFile>, but found none")
    recording = EmgRecording(element.file_stem, role == "mvc", files)
    element.finish()
    return recording


def _read_labels(
    element: SetupElement, tag: str, names: Sequence[str] | None = None
) -> tuple[str, ...]:
    try:
        return tuple(split_labels(element.get_text(tag), names))
    except NMMError as error:
        raise element.error(str(error)) from None


def _read_file(element: SetupElement) -> EmgFile:
    own_names = element.get_names("names") if element.has("names") else None
    channels = _read_labels(element, "channels", own_names)
    names = channels if own_names is None else own_names
    if len(names) != len(channels):
        raise element.error(
            f"<names>: expected one for each of {len(channels)} channels, but found {len(names)}"
        )
    if any(" " in name for name in names):
        raise element.error("channels with spaces in their labels need <names> without")
    trigger = None
    if (channel := element.get_optional_text("trigger_channel")) is not None:
        trigger = channel, element.get_number("trigger_threshold")
    file = EmgFile(
        path=element.get_file("file"),
        channels=channels,
        names=tuple(names),
        units=element.get_optional_choice("units", list(VOLTS)),
        sampling_rate=element.get_optional_number("sampling_rate", minimum=1.0),
        layout=Layout(
            element.get_optional_choice("delimiter", list(DELIMITERS)),
            element.get_optional_choice("decimal", list(DECIMALS)),
            element.get_optional_text("encoding"),
            _read_labels(element, "labels") if element.has("labels") else None,
        ),
        time_offset=element.get_number("time_offset", 0.0),
        trigger=trigger,
    )
    element.finish()
    return file
