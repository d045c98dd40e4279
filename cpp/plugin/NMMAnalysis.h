#pragma once

#include "osimNMMDLL.h"

#include <OpenSim/Simulation/Model/Analysis.h>

#include <memory>
#include <string>
#include <vector>

namespace nmm::osim {
class RecordedNMM;
struct TrialReport;
} // namespace nmm::osim

namespace OpenSim {

/// Run a trained neural musculoskeletal model (NMM) over the motion of another tool: AnalyzeTool,
/// in opensim-cmd and in the GUI, or a forward simulation. It computes what NMMTool computes, by
/// the same functions, and writes the same files: see NMMTool for the equations and the series.
///
/// AnalyzeTool takes every frame for itself and leaves activations at their defaults. This analysis
/// collects the frames, and integrates activation (and the fibre lengths of elastic tendons) over
/// all of them when the last one has come, with one pass of the network:
///
///     e_i(t) -> u_i = max((exp(A_i e_i) - 1)/(exp(A_i) - 1), a_min,i),  da_i/dt = (u_i - a_i)/tau
///     F_i: tendon force (N) at a_i,   tau_j = sum_i r_ij F_i   (N m)
///
/// The poses are the tool's: AnalyzeTool assembles them, so that the model's constraints hold,
/// where NMMTool takes a recorded pose as it is. The tool's model stays as it is; a copy in memory
/// gets the artefact's calibrated parameters.
///
/// Files in the tool's results_directory: `<tool>_<analysis>_excitations.sto`, `_activations.sto`,
/// `_muscle_forces.sto`, `_joint_moments.sto`, and `_excitation_intervals.sto`,
/// `_outside_training.sto` and `_agreement.sto` where the artefact has intervals, where it tells
/// what training saw, and where there is something to compare with. How far deep muscles are to be
/// believed is in the log and in the header of the excitations.
///
/// The same series are storages (getStorageList()), which OpenSim's GUI plots, named
/// `<analysis>_excitations` and so on.
///
/// Of what every analysis has, `on` and `step_interval` count; `start_time`, `end_time` and
/// `in_degrees` do not: OpenSim's tools have times of their own, and no result is an angle.
///
/// @code{.xml}
/// <OpenSimDocument Version="40500">
///     <AnalyzeTool name="walking">
///         <model_file>subject_walk_scaled.osim</model_file>
///         <coordinates_file>coordinates.mot</coordinates_file>
///         <results_directory>results</results_directory>
///         <AnalysisSet>
///             <objects>
///                 <NMMAnalysis name="nmm">
///                     <artefact_file>walking.nmm</artefact_file>
///                     <emg_file>electromyography.sto</emg_file>
///                 </NMMAnalysis>
///             </objects>
///         </AnalysisSet>
///     </AnalyzeTool>
/// </OpenSimDocument>
/// @endcode
class OSIMNMM_API NMMAnalysis : public Analysis {
    OpenSim_DECLARE_CONCRETE_OBJECT(NMMAnalysis, Analysis);

public:
    OpenSim_DECLARE_PROPERTY(artefact_file, std::string,
            "Trained neural musculoskeletal model (.nmm), relative to the folder of the tool's "
            "setup file, else to that of the model file, like every path here.");
    OpenSim_DECLARE_PROPERTY(emg_file, std::string,
            "EMG envelopes (.sto or .mot) with the normalisation used in training, usually 0 to 1. "
            "Columns are named like the artefact's channels, such as 'soleus'. They must cover the "
            "frames less the electromechanical delay.");
    OpenSim_DECLARE_PROPERTY(emg_time_offset, double,
            "Seconds added to the times of emg_file, where its clock is not that of the motion: "
            "positive if EMG comes early. The electromechanical delay is the artefact's and no "
            "part of it. Default: 0.");
    OpenSim_DECLARE_PROPERTY(external_loads_file, std::string,
            "External loads (.xml) whose data file has the columns that the artefact's network "
            "sees, such as 'ground_force_vy', with the units of training, looked for like "
            "emg_file. Only the columns are used: the network listens to them at the time of the "
            "frame, and no force is applied. Default: empty, for artefacts whose network sees no "
            "external load.");
    OpenSim_DECLARE_PROPERTY(inverse_dynamics_file, std::string,
            "Generalized forces (.sto) from inverse dynamics without muscles (N m, N), to compare "
            "the joint moments with. Columns are named as OpenSim does, such as "
            "'knee_angle_r_moment'. Default: empty, no comparison.");
    OpenSim_DECLARE_PROPERTY(score_deep_emg, bool,
            "Compare each deep muscle's excitation with the recorded channel that the artefact "
            "names for it, if emg_file has that channel. It is read only after all excitations are "
            "computed, and never an input. Default: true.");

    explicit NMMAnalysis(Model* model = nullptr);

    int begin(const SimTK::State& state) override;
    int step(const SimTK::State& state, int stepNumber) override;
    int end(const SimTK::State& state) override;
    int printResults(const std::string& baseName, const std::string& directory = "",
            double timeInterval = -1.0, const std::string& extension = ".sto") override;

    void updateFromXMLNode(SimTK::Xml::Element& element, int versionNumber) override;

private:
    /// A pose of the tool's model.
    struct Frame {
        double time;
        std::vector<double> values; ///< of all coordinates, rad or m
        std::vector<double> speeds; ///< rad/s or m/s
    };

    std::string findInput(const std::string& file, const std::string& what) const;
    void prepare();
    void record(const SimTK::State& state);
    void compute();

    std::shared_ptr<const nmm::osim::RecordedNMM> _nmm;
    std::string _inverseDynamicsFile;
    std::shared_ptr<const Model> _calibrated;
    std::vector<Frame> _frames;
    std::shared_ptr<const nmm::osim::TrialReport> _report;
};

} // namespace OpenSim
