"""Properties of OpenSim's objects, by names that only the run tells.

Classes without Python bindings have them too. Where the name stands in the code, OpenSim's own
getters and setters say the same.
"""

from __future__ import annotations

import opensim


def get_number(thing: opensim.OpenSimObject, name: str) -> float:
    """The number that a property holds."""
    return float(opensim.PropertyHelper.getValueDouble(thing.getPropertyByName(name)))


def set_number(thing: opensim.OpenSimObject, name: str, value: float) -> None:
    opensim.PropertyHelper.setValueDouble(value, thing.updPropertyByName(name))


def set_flag(thing: opensim.OpenSimObject, name: str, value: bool) -> None:
    opensim.PropertyHelper.setValueBool(value, thing.updPropertyByName(name))


def set_object(thing: opensim.OpenSimObject, name: str, value: opensim.OpenSimObject) -> None:
    """Give a property a copy of an object."""
    thing.updPropertyByName(name).setValueAsObject(value)


def get_text(thing: opensim.OpenSimObject, name: str) -> str:
    """The text that a property holds; empty where an optional one is left out."""
    found = thing.getPropertyByName(name)
    return str(opensim.PropertyHelper.getValueString(found)) if found.size() else ""


def set_text(thing: opensim.OpenSimObject, name: str, value: str) -> None:
    found = thing.updPropertyByName(name)
    if found.size():
        opensim.PropertyHelper.setValueString(value, found)
    else:
        opensim.PropertyHelper.appendValueString(value, found)
