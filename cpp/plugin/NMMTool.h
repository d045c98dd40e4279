#pragma once

#include "osimNMMDLL.h"

// Tool.h needs it and does not include it.
#include <OpenSim/Tools/osimToolsDLL.h>

#include <OpenSim/Tools/Tool.h>

namespace OpenSim {

/// Run a trained neural musculoskeletal model (NMM) over a trial: EMG and joint angles in;
/// reconstructed EMG of all muscles, activations, muscle forces, joint moments and their agreement
/// with the recordings out. Needs no integration and no optimisation.
///
/// The artefact (.nmm) holds the trained network, the source of every muscle's excitation and the
/// calibrated muscle parameters. For each frame, at time t (s):
///
///     e_i(t)   = measured EMG, the network's output, or a ratio of another muscle's, all of the
///                EMG's own time t - d (d: electromechanical delay)
///     u_i      = (exp(A_i e_i) - 1)/(exp(A_i) - 1)
///     da_i/dt  = (u_i - a_i)/tau(u_i, a_i)
///     F_i      = tendon force (N) of Millard2012EquilibriumMuscle with a rigid tendon, at
///                activation a_i and the length and speed of the muscle's path
///     tau_j    = sum_i r_ij F_i   (N m), r_ij: OpenSim's moment arms (m)
///
/// Values and speeds of the coordinates come from quintic splines through the coordinates file;
/// the pose is not assembled. Muscles that the artefact does not name take no part. Paths are those
/// that the artefact was trained with: the model's, or fitted ones that it holds, which refuse
/// coordinates outside the range that they were fitted on.
///
/// Files in results_directory, with the tool's name in front:
/// | file | columns | time |
/// |---|---|---|
/// | `_excitations.sto` | `/forceset/soleus_r`, 0 to 1 | the EMG's: t - d |
/// | `_excitation_intervals.sto` | `/forceset/soleus_r/lower`, `…/upper`: 90 % | the EMG's: t - d |
/// | `_outside_training.sto` | `channels`, `coordinates`, `speeds`: 0 is inside | t - d |
/// | `_activations.sto` | `/forceset/soleus_r/activation`, 0 to 1 | t |
/// | `_muscle_forces.sto` | `/forceset/soleus_r`, N | t |
/// | `_joint_moments.sto` | `knee_angle_r_moment`, and `…_inverse_dynamics` if given, N m | t |
/// | `_states.sto`, with forward_model_file | OpenSim's state names | t |
/// | `_agreement.sto` | `knee_angle_r_moment/r`, `/rmse`, … `soleus_r_excitation/r`, … | last t |
///
/// `_outside_training.sto` says how far a frame's EMG, coordinates, speeds and external loads
/// (`external_loads`, where the network sees any) lie outside what training saw, in widths of what
/// it saw; the log says how many frames do. Older artefacts do not tell, and give no such file.
///
/// Where the artefact says how far its deep muscles are to be believed, the log says it in a line
/// for each, and the header of `_excitations.sto` lists them under `trust`, `use_with_care` and
/// `do_not_use`, and the correlations to expect with their ranges under `expected_r`. More than a
/// quarter of frames outside training leave nothing to trust, more than half nothing to use.
///
/// They appear together when the run is complete; a run that fails leaves the earlier ones.
///
/// @code{.xml}
/// <OpenSimDocument Version="40500">
///     <NMMTool name="walking">
///         <results_directory>results</results_directory>
///         <model_file>subject_walk_scaled.osim</model_file>
///         <artefact_file>walking.nmm</artefact_file>
///         <emg_file>electromyography.sto</emg_file>
///         <coordinates_file>coordinates.sto</coordinates_file>
///         <lowpass_cutoff_frequency_for_coordinates>6</lowpass_cutoff_frequency_for_coordinates>
///         <inverse_dynamics_file>inverse_dynamics.sto</inverse_dynamics_file>
///     </NMMTool>
/// </OpenSimDocument>
/// @endcode
///
/// Run it with `opensim-cmd -L libosimNMM.so run-tool setup.xml`.
class OSIMNMM_API NMMTool : public Tool {
    OpenSim_DECLARE_CONCRETE_OBJECT(NMMTool, Tool);

public:
    OpenSim_DECLARE_PROPERTY(model_file, std::string,
            "Model (.osim) that the artefact was trained with, relative to this file like every "
            "path here. Its muscles get the artefact's calibrated parameters in memory; the file "
            "stays as it is.");
    OpenSim_DECLARE_PROPERTY(artefact_file, std::string,
            "Trained neural musculoskeletal model (.nmm): network, muscle sources and calibrated "
            "muscle parameters.");
    OpenSim_DECLARE_PROPERTY(emg_file, std::string,
            "EMG envelopes (.sto or .mot) with the normalisation used in training, usually 0 to 1. "
            "Columns are named like the artefact's channels, such as 'soleus'. They must cover the "
            "frames less the electromechanical delay.");
    OpenSim_DECLARE_PROPERTY(emg_time_offset, double,
            "Seconds added to the times of emg_file, where its clock is not that of "
            "coordinates_file: positive if EMG comes early. The electromechanical delay is the "
            "artefact's and no part of it. Default: 0.");
    OpenSim_DECLARE_PROPERTY(external_loads_file, std::string,
            "External loads (.xml) whose data file has the columns that the artefact's network "
            "sees, such as 'ground_force_vy', with the units of training. Only the columns are "
            "used: the network listens to them at the time of the frame, and no force is "
            "applied. Default: empty, for artefacts whose network sees no external load.");
    OpenSim_DECLARE_PROPERTY(coordinates_file, std::string,
            "Coordinates (.mot or .sto) from inverse kinematics; the header must declare "
            "inDegrees=yes or no. Columns are coordinate names, such as 'knee_angle_r', or state "
            "paths, such as '/jointset/knee_r/knee_angle_r/value'. Its times within the time range "
            "are the frames. Coordinates that it lacks keep their default value, but the "
            "artefact's coordinates must be there.");
    OpenSim_DECLARE_PROPERTY(lowpass_cutoff_frequency_for_coordinates, double,
            "Cut-off frequency (Hz) of a low-pass filter for the coordinates; the same as in "
            "training. Default -1: no filter.");
    OpenSim_DECLARE_PROPERTY(inverse_dynamics_file, std::string,
            "Generalized forces (.sto) from inverse dynamics without muscles (N m, N), to compare "
            "the joint moments with. Columns are named as OpenSim does, such as "
            "'knee_angle_r_moment'. Default: empty, no comparison.");
    OpenSim_DECLARE_OPTIONAL_PROPERTY(initial_time, double,
            "First time (s) of the frames. Default: the first time of coordinates_file.");
    OpenSim_DECLARE_OPTIONAL_PROPERTY(final_time, double,
            "Last time (s) of the frames. Default: the last time of coordinates_file.");
    OpenSim_DECLARE_PROPERTY(score_deep_emg, bool,
            "Compare each deep muscle's excitation with the recorded channel that the artefact "
            "names for it, if emg_file has that channel. It is read only after all excitations are "
            "computed, and never an input. Default: true.");
    OpenSim_DECLARE_PROPERTY(forward_model_file, std::string,
            "Model (.osim) to write for forward simulation: model_file with calibrated muscles, a "
            "DeepEMGPredictor and an NMMController inside. With it comes '_states.sto' in "
            "results_directory, the trial as a states file to start from. It must be inside "
            "results_directory. Default: empty, neither is written.");

    NMMTool();

    bool run() override;

private:
    void constructProperties();
    void runTrial() const;
    /// The path that an element names, relative to the setup file's folder.
    std::string getFile(const Property<std::string>& property) const;
    /// Empty if it names none.
    std::string getOptionalFile(const Property<std::string>& property) const;
};

} // namespace OpenSim
