#pragma once

#include "osimNMMDLL.h"

#include <OpenSim/Simulation/Control/InputController.h>

#include <string>
#include <vector>

namespace OpenSim {

class DeepEMGPredictor;

/// Drives muscles with the excitations of a DeepEMGPredictor, in forward simulation and scripting.
///
/// What reaches muscle i at time t (s) is its excitation after the shape function,
///
///     u_i(t) = max((exp(A_i e_i(t)) - 1)/(exp(A_i) - 1), a_min,i),
///
/// with the artefact's shape factor A_i (the identity at 0) and the muscle's minimum activation.
/// The predictor's e_i(t) has the electromechanical delay in it. The muscle's own activation
/// dynamics follow: da/dt = (u - a)/tau, tau = tau_act (0.5 + 1.5 a) where u > a and
/// tau_deact/(0.5 + 1.5 a) where not. Below the minimum activation OpenSim would let the state of
/// activation sink for as long as the excitation is there, hence the limit; NMMTool computes the
/// same.
///
/// Time constants, strengths, lengths, tendons and fitted paths are the model's: muscles must have
/// the artefact's calibrated parameters. NMMTool writes such a model, with a predictor and a
/// controller inside, to its `forward_model_file`.
///
/// The muscles of `socket_actuators` and the channels of `input_controls` are listed in the same
/// order, one channel per muscle. Refused are: no muscle, no connection, another number or order,
/// outputs of anything but a DeepEMGPredictor, muscles that another enabled controller drives too,
/// and muscles without their calibrated parameters. Sources: T. S. Buchanan et al., J. Appl.
/// Biomech. 20, 367-395 (2004); D. G. Thelen, J. Biomech. Eng. 125, 70-77 (2003).
///
/// @code{.xml}
/// <ControllerSet>
///     <objects>
///         <NMMController name="nmm">
///             <socket_actuators>/forceset/soleus_r /forceset/tibant_r</socket_actuators>
///             <input_controls>/componentset/deep_emg|excitations:soleus_r
///                 /componentset/deep_emg|excitations:tibant_r</input_controls>
///         </NMMController>
///     </objects>
/// </ControllerSet>
/// @endcode
class OSIMNMM_API NMMController : public InputController {
    OpenSim_DECLARE_CONCRETE_OBJECT(NMMController, InputController);

public:
    NMMController();

    /// Connect every muscle of a predictor to its excitation, in the predictor's order; earlier
    /// connections are dropped. The predictor belongs to a model.
    void connectAllMuscles(const DeepEMGPredictor& predictor);

    /// The names of the connected muscles: those of the channels that belong to them.
    std::vector<std::string> getInputControlLabels() const override;
    void computeControlsImpl(const SimTK::State& state, SimTK::Vector& controls) const override;

protected:
    void updateFromXMLNode(SimTK::Xml::Element& element, int versionNumber) override;
    void extendConnectToModel(Model& model) override;
    void extendAddToSystem(SimTK::MultibodySystem& system) const override;

private:
    struct Drive {
        const DeepEMGPredictor* predictor;
        int muscle; ///< position among the predictor's muscles
    };

    void checkConnections() const;
    void checkDrivers() const;
    const DeepEMGPredictor& getPredictor(unsigned connection) const;

    std::vector<Drive> _drives;
};

} // namespace OpenSim
