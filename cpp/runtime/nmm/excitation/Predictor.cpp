#include "Predictor.h"

#include <nmm/Error.h>
#include <nmm/artefact/PredictorTensors.h>

#include <string>

namespace nmm {

namespace {

const Artefact& check(const Artefact& artefact) {
    checkPredictorTensors(artefact, "Predictor of '" + artefact.modelName + "'");
    return artefact;
}

} // namespace

Predictor::Predictor(const Artefact& artefact)
        : _numInputs(getNumInputs(artefact)), _family(makePredictorFamily(check(artefact))) {
    // LibTorch sets itself up in its first pass: pay for that when loading, not in the first trial.
    predict(Matrix(2, _numInputs));
}

Matrix Predictor::predict(const Matrix& inputs) const {
    checkColumns(inputs);
    return _family->predict(inputs);
}

Drives Predictor::computeDrives(const Matrix& envelopes, const Matrix& inputs) const {
    checkColumns(inputs);
    return _family->computeDrives(envelopes, inputs);
}

void Predictor::checkColumns(const Matrix& inputs) const {
    if (inputs.columns != _numInputs) {
        throw Error("Predictor: Expected " + std::to_string(_numInputs) +
                    " inputs per frame, but received " + std::to_string(inputs.columns) + ".");
    }
}

} // namespace nmm
