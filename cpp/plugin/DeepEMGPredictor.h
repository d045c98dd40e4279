#pragma once

#include "osimNMMDLL.h"

#include <OpenSim/Simulation/Model/ModelComponent.h>

#include <memory>
#include <string>
#include <vector>

namespace nmm {
struct Matrix;
}

namespace nmm::osim {
class RecordedNMM;
struct RecordedMotion;
} // namespace nmm::osim

namespace OpenSim {

class Coordinate;

/// The excitations of all muscles of a trained neural musculoskeletal model (NMM), measured and
/// deep, as a component of a model: recorded EMG and the model's coordinates in, one excitation per
/// muscle out.
///
/// For muscle i at time t (s), with the electromechanical delay d (s) of the artefact,
///
///     e_i(t) = sum_c w_ic g_c m_c(t - d)                       measured: channels m_c, gains g_c
///     e_i(t) = N_i(m(t - d - lags), q(t), q'(t), F(t))         deep and unscored: the network
///     e_i(t) = ratio e_k(t)                                    tied to muscle k
///
/// each within 0 and 1: what muscle i receives at time t. It is a pure function of the time, the
/// coordinates q (rad, m) and the speeds q' (rad/s, m/s) of a state (and of recorded external loads
/// F, where the network sees any), and keeps nothing from one state to the next, so that an
/// integrator may retry a step and get the same answer. The network runs once per state, however
/// many channels are read.
///
/// A transformer gives the channels' part as well, N_c in the place of g_c m_c, and may see q, q'
/// and F before t, at the artefact's motion lags. Then only the motion at t is the state's: what
/// lies before it is that of `coordinates_file`, linear between its frames and held before the
/// first.
///
/// Outputs: the list `excitations`, one channel per muscle of the artefact, named like the muscle:
/// `/componentset/deep_emg|excitations:soleus_r`. Connect them to an NMMController, which drives
/// the muscles, or to a reporter. The lists `excitation_lower_bounds` and
/// `excitation_upper_bounds` have a channel for each deep muscle whose excitation has an interval
/// in the artefact, and none without. Both bounds hold the true excitation e' with a probability of
/// 90 %:
///
///     max(e_i - w (l0_i + l1_i e_i), 0) <= e' <= e_i + w (u0_i + u1_i e_i),  w = 1 + min(n, 1)
///
/// with the artefact's floors l0, u0 and slopes l1, u1, and n, how far the state lies outside what
/// training saw (below; 0 where the artefact does not tell). They come of the same pass of the
/// network as the excitations.
///
/// The output `outside_training` says how far the state lies outside what training saw, in EMG,
/// coordinates, speeds and external loads: the largest of max(0, low - x, x - high)/(high - low)
/// over all inputs x, whose ranges the artefact holds. 0 is inside, 1 a whole range beyond; NaN
/// with an artefact that does not tell.
///
/// The model must be the one that the artefact was made for; a copy with calibrated muscles and
/// other components is. Time must lie within the EMG, and coordinates in the range that fitted
/// paths were fitted on. The method: R. Kumar, T. Tripura, S. Chakraborty, S. Roy, "Deep Muscle EMG
/// construction using a physics-integrated deep learning approach", arXiv 2503.05201 (2025);
/// electromechanical delay: T. S. Buchanan et al., J. Appl. Biomech. 20, 367-395 (2004).
///
/// @code{.xml}
/// <ComponentSet>
///     <objects>
///         <DeepEMGPredictor name="deep_emg">
///             <artefact_file>walking.nmm</artefact_file>
///             <emg_file>electromyography.sto</emg_file>
///         </DeepEMGPredictor>
///     </objects>
/// </ComponentSet>
/// @endcode
class OSIMNMM_API DeepEMGPredictor : public ModelComponent {
    OpenSim_DECLARE_CONCRETE_OBJECT(DeepEMGPredictor, ModelComponent);

public:
    OpenSim_DECLARE_PROPERTY(artefact_file, std::string,
            "Trained neural musculoskeletal model (.nmm), relative to the folder of the model "
            "file, else to the working folder. Set it before the component is added to a model.");
    OpenSim_DECLARE_PROPERTY(emg_file, std::string,
            "EMG envelopes (.sto or .mot) with the normalisation used in training, usually 0 to 1, "
            "looked for like artefact_file. Columns are named like the artefact's channels, such "
            "as 'soleus'. They must cover the simulated times less the electromechanical delay; "
            "before the first sample its value is held for as long as that delay.");
    OpenSim_DECLARE_PROPERTY(emg_time_offset, double,
            "Seconds added to the times of emg_file, where its clock is not that of the "
            "simulation: positive if EMG comes early. The electromechanical delay is the "
            "artefact's and no part of it. Default: 0.");
    OpenSim_DECLARE_PROPERTY(external_loads_file, std::string,
            "External loads (.xml) whose data file has the columns that the artefact's network "
            "sees, such as 'ground_force_vy', with the units of training, looked for like "
            "artefact_file. Only the columns are used: the network listens to them at the time "
            "of the frame, and no force is applied. Default: empty, for artefacts whose network "
            "sees no external load.");
    OpenSim_DECLARE_PROPERTY(coordinates_file, std::string,
            "Coordinates (.mot or .sto) of the motion before a state, such as those from inverse "
            "kinematics that NMMTool reads, looked for like artefact_file; the header must declare "
            "inDegrees=yes or no. They must reach the simulated times less the artefact's shortest "
            "motion lag above 0; before the first frame its values are held. Default: empty, for "
            "artefacts whose network sees no earlier motion.");
    OpenSim_DECLARE_PROPERTY(lowpass_cutoff_frequency_for_coordinates, double,
            "Cut-off frequency (Hz) of a low-pass filter for coordinates_file; the same as in "
            "training. Default -1: no filter.");

    OpenSim_DECLARE_LIST_OUTPUT(excitations, double, getExcitation, SimTK::Stage::Velocity);
    OpenSim_DECLARE_LIST_OUTPUT(
            excitation_lower_bounds, double, getExcitationLowerBound, SimTK::Stage::Velocity);
    OpenSim_DECLARE_LIST_OUTPUT(
            excitation_upper_bounds, double, getExcitationUpperBound, SimTK::Stage::Velocity);
    OpenSim_DECLARE_OUTPUT(outside_training, double, getOutsideTraining, SimTK::Stage::Velocity);

    DeepEMGPredictor();

    /// The excitation of a muscle, 0 to 1.
    /// @param state realized to Stage::Velocity
    /// @param muscle name of one of the artefact's muscles
    double getExcitation(const SimTK::State& state, const std::string& muscle) const;

    /// The excitations of all muscles, 0 to 1, in the artefact's order.
    /// @param state realized to Stage::Velocity
    const SimTK::Vector& getExcitations(const SimTK::State& state) const;

    /// What the true excitation of a deep muscle exceeds, see above.
    /// @param state realized to Stage::Velocity
    /// @param muscle name of a muscle whose excitation has an interval
    double getExcitationLowerBound(const SimTK::State& state, const std::string& muscle) const;

    /// What it stays below, likewise.
    double getExcitationUpperBound(const SimTK::State& state, const std::string& muscle) const;

    /// How far a state lies outside what training saw, see above; no pass of the network.
    /// @param state realized to Stage::Velocity
    double getOutsideTraining(const SimTK::State& state) const;

    /// The artefact's muscles; none before the component belongs to a model.
    const std::vector<std::string>& getMuscleNames() const { return _muscles; }

    /// What drives a muscle of OpenSim that receives an excitation e: (exp(A e) - 1)/(exp(A) - 1)
    /// with the artefact's shape factor A, not below the minimum activation.
    /// @param muscle position among the artefact's muscles
    double calcControl(int muscle, double excitation) const;

    /// Check that a muscle of the model has its calibrated parameters.
    void checkCalibration(const std::string& muscle) const;

    /// How often the network has run, over all states: to test and time it.
    int getNumNetworkPasses() const { return _numNetworkPasses; }

protected:
    void updateFromXMLNode(SimTK::Xml::Element& element, int versionNumber) override;
    void extendFinalizeFromProperties() override;
    void extendConnectToModel(Model& model) override;
    void extendAddToSystem(SimTK::MultibodySystem& system) const override;
    void extendInitStateFromProperties(SimTK::State& state) const override;

private:
    void load();
    void setChannels(const std::string& output, const std::vector<std::string>& muscles);
    void computeExcitations(const SimTK::State& state, SimTK::Vector& excitations) const;
    /// What the network sees of the values, one row: the state's and those before it.
    nmm::Matrix getValueWindow(const SimTK::State& state) const;
    nmm::Matrix getSpeedWindow(const SimTK::State& state) const;
    /// Lower and upper bound.
    SimTK::Vec2 calcInterval(const SimTK::State& state, const std::string& muscle) const;

    std::shared_ptr<const nmm::osim::RecordedNMM> _nmm;
    std::shared_ptr<const nmm::osim::RecordedMotion> _motion;
    std::vector<std::string> _muscles;
    std::vector<std::string> _intervalMuscles; ///< those with an interval of their excitation
    // Of the model that the component is connected to: those that the artefact names, and those
    // whose values and speeds the network listens to.
    std::vector<const Coordinate*> _coordinates;
    std::vector<const Coordinate*> _valueInputs;
    std::vector<const Coordinate*> _speedInputs;
    mutable CacheVariable<SimTK::Vector> _excitations;
    mutable int _numNetworkPasses = 0;
};

} // namespace OpenSim
