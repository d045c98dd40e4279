#include "arrays.h"
#include "module.h"

#include <nmm/excitation/ExcitationModel.h>

#include <pybind11/stl.h>
#include <pybind11/stl/filesystem.h>

#include <optional>

namespace py = pybind11;

namespace {

using Names = std::vector<std::string>;

/// What a model is asked about a trial.
struct Trial {
    nmm::TimeSeries emg;
    std::vector<double> times;
    nmm::FrameInputs inputs;

    Trial(const Names& channels, const Array& emgTime, const Array& emgValues, const Array& times,
            const Array& coordinates, const Array& speeds,
            const std::optional<Array>& externalLoads)
            : emg{channels, toVector(emgTime, "emg_time"), toMatrix(emgValues, "emg_values")},
              times(toVector(times, "times")), inputs{toMatrix(coordinates, "coordinates"),
                                                       toMatrix(speeds, "speeds"),
                                                       externalLoads ? toMatrix(*externalLoads,
                                                                               "external_loads")
                                                                     : nmm::Matrix()} {}
};

Array computeExcitations(const nmm::ExcitationModel& model, const Names& channels,
        const Array& emgTime, const Array& emgValues, const Array& times, const Array& coordinates,
        const Array& speeds, const std::optional<Array>& externalLoads) {
    const Trial trial(channels, emgTime, emgValues, times, coordinates, speeds, externalLoads);
    nmm::Matrix excitations;
    {
        const py::gil_scoped_release release;
        excitations = model.computeExcitations(trial.emg, trial.times, trial.inputs);
    }
    return toArray(std::move(excitations));
}

/// By group; empty where the artefact does not tell what training saw.
py::dict computeNovelty(const nmm::ExcitationModel& model, const Names& channels,
        const Array& emgTime, const Array& emgValues, const Array& times, const Array& coordinates,
        const Array& speeds, const std::optional<Array>& externalLoads) {
    const Trial trial(channels, emgTime, emgValues, times, coordinates, speeds, externalLoads);
    std::optional<nmm::Novelty> novelty;
    {
        const py::gil_scoped_release release;
        novelty = model.computeNovelty(trial.emg, trial.times, trial.inputs);
    }
    py::dict byGroup;
    for (std::size_t group = 0; novelty && group < novelty->groups.size(); ++group) {
        Array values(static_cast<py::ssize_t>(novelty->values.rows));
        for (std::size_t frame = 0; frame < novelty->values.rows; ++frame) {
            values.mutable_at(static_cast<py::ssize_t>(frame)) = novelty->values(frame, group);
        }
        byGroup[py::str(novelty->groups[group])] = std::move(values);
    }
    return byGroup;
}

py::tuple computeIntervals(
        const nmm::ExcitationModel& model, const Array& excitations, const Array& novelty) {
    auto intervals = model.computeIntervals(
            toMatrix(excitations, "excitations"), toVector(novelty, "novelty"));
    const auto names = model.getArtefact().getMuscleNames();
    Names muscles;
    for (const auto index : intervals.muscles) {
        muscles.push_back(names[index]);
    }
    return py::make_tuple(
            muscles, toArray(std::move(intervals.lower)), toArray(std::move(intervals.upper)));
}

Array computeActivations(
        const nmm::ExcitationModel& model, const Array& times, const Array& excitations) {
    const auto frames = toVector(times, "times");
    const auto values = toMatrix(excitations, "excitations");
    nmm::Matrix activations;
    {
        const py::gil_scoped_release release;
        activations = model.computeActivations(frames, values);
    }
    return toArray(std::move(activations));
}

} // namespace

void bindExcitationModel(py::module_& module) {
    using Model = nmm::ExcitationModel;
    py::class_<Model>(module, "ExcitationModel")
            .def(py::init([](const std::filesystem::path& path) {
                return std::make_unique<Model>(nmm::Artefact::read(path));
            }),
                    py::arg("path"))
            .def("compute_excitations", &computeExcitations, py::arg("channels"),
                    py::arg("emg_time"), py::arg("emg_values"), py::arg("times"),
                    py::arg("coordinates"), py::arg("speeds"),
                    py::arg("external_loads") = py::none())
            .def("compute_novelty", &computeNovelty, py::arg("channels"), py::arg("emg_time"),
                    py::arg("emg_values"), py::arg("times"), py::arg("coordinates"),
                    py::arg("speeds"), py::arg("external_loads") = py::none())
            .def("compute_intervals", &computeIntervals, py::arg("excitations"), py::arg("novelty"))
            .def("compute_activations", &computeActivations, py::arg("times"),
                    py::arg("excitations"))
            .def_property_readonly("channels",
                    [](const Model& model) { return model.getArtefact().getChannelNames(); })
            .def_property_readonly("muscles",
                    [](const Model& model) { return model.getArtefact().getMuscleNames(); })
            .def_property_readonly("predictor_coordinates",
                    [](const Model& model) { return model.getArtefact().predictor.coordinates; })
            .def_property_readonly("predictor_speeds",
                    [](const Model& model) { return model.getArtefact().predictor.speeds; })
            .def_property_readonly("predictor_family",
                    [](const Model& model) { return model.getArtefact().predictor.family; })
            .def_property_readonly("predictor_motion_lags",
                    [](const Model& model) { return model.getArtefact().predictor.motionLags; })
            .def_property_readonly("predictor_external_loads",
                    [](const Model& model) { return model.getArtefact().predictor.externalLoads; })
            .def_property_readonly("electromechanical_delay",
                    [](const Model& model) { return model.getArtefact().electromechanicalDelay; });
}
