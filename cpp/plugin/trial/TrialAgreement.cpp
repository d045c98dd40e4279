#include "TrialAgreement.h"

#include "files/Tables.h"

#include <OpenSim/Common/Logger.h>
#include <nmm/TimeSeries.h>

#include <algorithm>

namespace nmm::osim {

namespace {

std::vector<double> getColumn(const Matrix& matrix, std::size_t column, std::size_t firstRow = 0) {
    std::vector<double> values;
    for (std::size_t row = firstRow; row < matrix.rows; ++row) {
        values.push_back(matrix(row, column));
    }
    return values;
}

ScoredSeries scoreExcitation(
        const std::string& muscle, std::vector<double> estimate, const std::vector<double>& emg) {
    ScoredSeries score{muscle + "_excitation", "-", computeAgreement(estimate, emg), {}};
    for (auto& value : estimate) {
        value *= score.asPredicted.bestScale;
    }
    score.afterBestScale = computeAgreement(estimate, emg);
    return score;
}

} // namespace

std::vector<ScoredSeries> scoreMoments(const std::vector<std::string>& labels,
        const Matrix& moments, const Matrix& inverseDynamics) {
    std::vector<ScoredSeries> scores;
    for (std::size_t j = 0; j < labels.size(); ++j) {
        const bool isForce = labels[j].find("_force", labels[j].rfind('_')) != std::string::npos;
        scores.push_back({labels[j], isForce ? "N" : "N m",
                computeAgreement(getColumn(moments, j), getColumn(inverseDynamics, j)), {}});
    }
    return scores;
}

std::vector<ScoredSeries> scoreDeepEMG(const Artefact& artefact, const std::vector<double>& times,
        const Matrix& excitations, const OpenSim::TimeSeriesTable& emg,
        const std::string& emgName) {
    const auto& recorded = emg.getColumnLabels();
    auto emgTimes = times;
    for (auto& time : emgTimes) {
        time -= artefact.electromechanicalDelay;
    }
    const auto first =
            std::lower_bound(emgTimes.begin(), emgTimes.end(), emg.getIndependentColumn().front());
    const auto firstFrame = static_cast<std::size_t>(first - emgTimes.begin());
    emgTimes.erase(emgTimes.begin(), first);

    std::vector<ScoredSeries> scores;
    for (std::size_t m = 0; m < artefact.muscles.size(); ++m) {
        const auto& channel = artefact.muscles[m].source.recordedChannel;
        if (!channel) {
            continue;
        }
        if (emgTimes.size() < 2 ||
                std::find(recorded.begin(), recorded.end(), *channel) == recorded.end()) {
            OpenSim::log_info("{}: not scored, {} has no channel '{}' at these times",
                    artefact.muscles[m].name, emgName, *channel);
            continue;
        }
        const auto recording = selectSeries(emg, {*channel}, emgName);
        scores.push_back(scoreExcitation(artefact.muscles[m].name,
                getColumn(excitations, m, firstFrame), sample(recording, emgTimes).values));
    }
    return scores;
}

OpenSim::TimeSeriesTable makeAgreementTable(const std::vector<ScoredSeries>& scores, double time) {
    std::vector<std::string> labels;
    std::vector<double> values;
    for (const auto& score : scores) {
        const auto add = [&](const std::string& metric, double value) {
            labels.push_back(score.label + "/" + metric);
            values.push_back(value);
        };
        add("r", score.asPredicted.r);
        add("rmse", score.asPredicted.rmse);
        add("nrmse", score.asPredicted.nrmse);
        add("mae", score.asPredicted.mae);
        add("vaf", score.asPredicted.vaf);
        if (score.afterBestScale) {
            add("best_scale", score.asPredicted.bestScale);
            add("rmse_best_scale", score.afterBestScale->rmse);
            add("mae_best_scale", score.afterBestScale->mae);
            add("vaf_best_scale", score.afterBestScale->vaf);
        }
    }
    Matrix row(1, values.size());
    row.values = values;
    return makeTable({time}, labels, row);
}

void logAgreement(const std::vector<ScoredSeries>& scores) {
    if (scores.empty()) {
        return;
    }
    OpenSim::log_info("{:<40} {:>7} {:>9} {:>7} {:>9} {:>7}", "agreement", "r", "RMSE", "NRMSE",
            "MAE", "VAF");
    const auto log = [](const std::string& name, const Agreement& agreement) {
        OpenSim::log_info("{:<40} {:>7.3f} {:>9.4g} {:>7.3f} {:>9.4g} {:>7.3f}", name, agreement.r,
                agreement.rmse, agreement.nrmse, agreement.mae, agreement.vaf);
    };
    for (const auto& score : scores) {
        log(score.label + " (" + score.units + ")", score.asPredicted);
        if (score.afterBestScale) {
            log("  after the best scale", *score.afterBestScale);
        }
    }
}

} // namespace nmm::osim
