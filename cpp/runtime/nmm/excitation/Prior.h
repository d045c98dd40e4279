#pragma once

#include <nmm/Matrix.h>
#include <nmm/artefact/Artefact.h>

namespace nmm {

/// The prior of the deep muscles: of each the gain times its share of its peak, see
/// ExcitationPrior.
/// @param envelopes frames x the artefact's channels
/// @param pose      frames x outputs, what the pose says; looked at only where it has a weight
/// @returns frames x outputs, dimensionless excitations
Matrix computePrior(const ExcitationPrior& prior, const Matrix& envelopes, const Matrix& pose);

} // namespace nmm
