"""Everything that this project changes in the sources of OpenSim 4.5.2, and why.

OpenSim 4.5.2 expects a newer Simbody and fmt than Debian has. Each edit names one place, the text
that must stand there and what takes its place. A source that reads differently is an error, never
a silent skip: an SDK that is only half patched compiles and then crashes.
"""

from dataclasses import dataclass
from pathlib import Path

from errors import SdkError


@dataclass(frozen=True)
class Edit:
    """Replace `old`, which stands `count` times in the file `path`, by `new`."""

    path: str
    old: str
    new: str
    why: str
    count: int = 1


def _left_out(parent: str, folder: str) -> Edit:
    return Edit(
        path=f"{parent}/CMakeLists.txt",
        old=f"add_subdirectory({folder})\n",
        new="",
        why="This project does not use it, and it needs other packages or build time.",
    )


def _own_name(path: str, name: str, own: str, count: int) -> Edit:
    return Edit(path, name, own, "A unity build puts files with this name side by side.", count)


_IDENTITY = (
    Edit(
        path="CMakeLists.txt",
        old='set(QUALIFIED_VERSION "${OPENSIM_RELEASE_VERSION}?")',
        new='set(QUALIFIED_VERSION "${OPENSIM_RELEASE_VERSION}+nmm")',
        why="A patched OpenSim says so wherever it tells its version.",
    ),
)

_FMT = (
    Edit(
        path="OpenSim/Common/Logger.h",
        old="#include <spdlog/fmt/ostr.h> \n",
        new="""#include <spdlog/fmt/ostr.h>

// SimTK has an operator<= for any two types, and it is not constexpr. Where a file says
// "using namespace SimTK", fmt would pick it to compare a count with one of its enumerators in a
// constant expression. This operator fits better and is constexpr.
FMT_BEGIN_NAMESPACE
namespace detail {
template <typename Enum, typename = typename std::enable_if<std::is_enum<Enum>::value>::type>
constexpr bool operator<=(std::size_t count, Enum limit) {
    return count <= static_cast<std::size_t>(limit);
}
} // namespace detail
FMT_END_NAMESPACE
""",
        why="fmt 9 and Simbody 3.7 do not compile together.",
    ),
)

_LAYOUT = (
    Edit(
        path="OpenSim/Common/Component.h",
        old='#include "simbody/internal/MultibodySystem.h"\n',
        new="""#include "simbody/internal/MultibodySystem.h"

#ifndef OPENSIM_SDK_SIMBODY_LAYOUT
#error "The SDK's include folder must come before Simbody's: Simbody's own StateImpl.h would give \\
SimTK::CacheEntryInfo another layout than the libraries have."
#endif
""",
        why="A client with a wrong include order gets an error in place of a crash at run time.",
    ),
    Edit(
        path="cmake/OpenSimConfig.cmake.in",
        old="    find_dependency(spdlog)\n",
        new="""    find_dependency(spdlog)
    # Simbody's targets and variables lead to the SDK's copy of StateImpl.h first, whatever the
    # order in which a client lists its libraries.
    foreach(_simtk IN LISTS Simbody_LIBRARIES)
        set_property(TARGET ${_simtk} PROPERTY INTERFACE_INCLUDE_DIRECTORIES
            "${@CMAKE_PROJECT_NAME@_INCLUDE_DIRS};${Simbody_INCLUDE_DIR}")
    endforeach()
    list(PREPEND Simbody_INCLUDE_DIR "${@CMAKE_PROJECT_NAME@_INCLUDE_DIRS}")
""",
        why="Simbody's include folder ahead of the SDK's would undo the layout fix.",
    ),
)

_NEWER_SIMBODY = (
    Edit(
        path="OpenSim/Simulation/Model/Model.h",
        old="""        getForceSubsystem().calcForceContributionsSum(
            state, forceIndexes, bodyForces, mobilityForces);
""",
        new="""        const auto& matter = getMatterSubsystem();
        bodyForces.resize(matter.getNumBodies());
        bodyForces = SimTK::SpatialVec(SimTK::Vec3(0), SimTK::Vec3(0));
        mobilityForces.resize(matter.getNumMobilities());
        mobilityForces = 0;
        SimTK::Vector_<SimTK::SpatialVec> bodyPart;
        SimTK::Vector_<SimTK::Vec3> particlePart;
        SimTK::Vector mobilityPart;
        for (const auto& index : forceIndexes) {
            getForceSubsystem().getForce(index).calcForceContribution(
                state, bodyPart, particlePart, mobilityPart);
            bodyForces += bodyPart;
            mobilityForces += mobilityPart;
        }
""",
        why="Simbody 3.7 can only tell what one force contributes, so the sum is made here.",
    ),
    Edit(
        path="OpenSim/Simulation/SimbodyEngine/Body.cpp",
        old="    return mobod.calcBodyMomentumAboutBodyOriginInGround(s);\n",
        new="""    SimTK::MobilizedBody handle(mobod);
    return handle.calcBodyMomentumAboutBodyOriginInGround(s);
""",
        why="In Simbody 3.7 this method is not const; a copied handle refers to the same body.",
    ),
    Edit(
        path="OpenSim/Simulation/StatesDocument.cpp",
        old="varElt.setValueAs<SimTK::Array_<T>>(valArr, precision);",
        new="varElt.setValueAs<SimTK::Array_<T>>(valArr);",
        why="Simbody 3.7 has no precision here; it always writes all digits.",
    ),
    Edit(
        path="OpenSim/Simulation/StatesDocument.cpp",
        old="timeElt.setValueAs<SimTK::Array_<double>>(time, precision);",
        new="timeElt.setValueAs<SimTK::Array_<double>>(time);",
        why="Simbody 3.7 has no precision here; it always writes all digits.",
    ),
)

_WITHOUT_MOCO = (
    Edit(
        path="Applications/opensim-cmd/CMakeLists.txt",
        old="target_link_libraries(opensim-cmd osimdocopt osimMoco)",
        new="target_link_libraries(opensim-cmd osimdocopt osimTools)",
        why="Moco is left out.",
    ),
    Edit(
        path="Applications/opensim-cmd/parse_arguments.h",
        old="#include <OpenSim/Moco/osimMoco.h>\n",
        new="",
        why="Moco is left out.",
    ),
    Edit(
        path="Applications/opensim-cmd/opensim-cmd_run-tool.h",
        old="            Analyze\n            MocoStudy\n",
        new="            Analyze\n",
        why="The help names only what this program can run.",
    ),
    Edit(
        path="Applications/opensim-cmd/opensim-cmd_run-tool.h",
        old="""    } else if (auto* study = dynamic_cast<MocoStudy*>(obj.get())) {
        log_info("Preparing to run {}.", study->getConcreteClassName());
        const auto solution = study->solve();
        if (solution.success()) return EXIT_SUCCESS;
        else return EXIT_FAILURE;

""",
        new="",
        why="Moco is left out.",
    ),
    Edit(
        path="cmake/OpenSimConfig.cmake.in",
        old="_LIBRARIES osimTools osimExampleComponents osimMoco)",
        new="_LIBRARIES osimTools)",
        why="A client links what is there.",
    ),
)

_APPLICATIONS = (
    "Analyze",
    "CMC",
    "Forward",
    "ID",
    "IK",
    "RRA",
    "Scale",
    "opensense",
    "versionUpdate",
)

_LEFT_OUT = (
    *(_left_out("OpenSim", name) for name in ("ExampleComponents", "Examples", "Moco", "Tests")),
    *(_left_out("Applications", name) for name in _APPLICATIONS),
    *(_left_out(".", name) for name in ("Bindings", "doc")),
)

_WRAPS = (
    "Cylinder",
    "CylinderObst",
    "DoubleCylinderObst",
    "Ellipsoid",
    "Sphere",
    "SphereObst",
    "Torus",
)

_UNITY = (
    *(
        _own_name(f"OpenSim/Simulation/Wrap/Wrap{name}.cpp", "wrapTypeName", f"nameOf{name}", 2)
        for name in _WRAPS
    ),
    _own_name(
        "OpenSim/Common/SmoothSegmentedFunction.cpp",
        "NUM_SAMPLE_PTS",
        "NUM_SAMPLE_PTS_OF_FUNCTION",
        14,
    ),
)

EDITS: tuple[Edit, ...] = (
    *_IDENTITY,
    *_FMT,
    *_LAYOUT,
    *_NEWER_SIMBODY,
    *_WITHOUT_MOCO,
    *_LEFT_OUT,
    *_UNITY,
)


def apply(root: Path) -> None:
    """Make all edits in the sources under `root`."""
    for edit in EDITS:
        path = root / edit.path
        # As bytes: some of OpenSim's files have Windows line ends, which must stay.
        text = path.read_bytes()
        found = text.count(edit.old.encode())
        if found != edit.count:
            raise SdkError(
                f"{path}: expected {edit.count} time(s) the text below, found {found}. "
                f"These are not the sources of OpenSim 4.5.2.\n{edit.old}"
            )
        path.write_bytes(text.replace(edit.old.encode(), edit.new.encode()))
