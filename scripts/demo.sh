#!/usr/bin/env bash
# Does all set-up, then the main job on real data: soleus EMG of a walking trial, reconstructed from
# seven other muscles and motion by an NMM that runs inside OpenSim.
source "$(dirname "${BASH_SOURCE[0]}")/setup.sh"

cd "$root"
say "joint angles from markers (OpenSim's inverse kinematics)"
quietly inverse-kinematics nmm-opensim inverse-kinematics setups/walking_ik.xml
say "joint moments from angles and ground reaction forces (OpenSim's inverse dynamics)"
quietly inverse-dynamics nmm-opensim inverse-dynamics setups/walking_id.xml
say "training on the first stride"
nmm-opensim train setups/walking_train.xml
say "running the trained NMM inside OpenSim on the unseen stance"
quietly run nmm-opensim run setups/walking_nmm.xml

cat <<TEXT

Results, in results/walking:
  walking.png                 soleus EMG against its hidden recording, moments against inverse dynamics
  walking_excitations.sto     measured and reconstructed EMG       walking_activations.sto
  walking_muscle_forces.sto   walking_joint_moments.sto            walking_agreement.sto
  walking_scores.csv          every seed and baseline              walking.nmm   the trained NMM
  walking_outside_training.sto  frames whose EMG, pose or speed training never saw
  walking_paths.csv           errors and effects of fitted muscle paths

All of it on one page, for a browser:
  .venv/bin/nmm-opensim report setups/walking_report.xml

Run it in OpenSim yourself (print-xml NMMTool is its manual):
  .venv/bin/opensim-cmd -L .venv/lib/libosimNMM.so run-tool setups/walking_nmm.xml
TEXT
say "done"
