#include "DelayedExcitations.h"

#include <algorithm>

namespace nmm {

namespace {

/// Where a time lies among samples: between `index` and the next one.
struct Position {
    std::size_t index = 0;
    double fraction = 0.0;  ///< 0 to 1
    double perSecond = 0.0; ///< d(fraction)/d(time); 0 beyond the samples, where the ends are held
};

Position locate(const std::vector<double>& times, double time) {
    if (times.size() < 2 || time <= times.front()) {
        return {};
    }
    if (time >= times.back()) {
        return {times.size() - 2, 1.0, 0.0};
    }
    const auto above = std::upper_bound(times.begin(), times.end(), time);
    const auto index = static_cast<std::size_t>(above - times.begin()) - 1;
    const double perSecond = 1.0 / (times[index + 1] - times[index]);
    return {index, (time - times[index]) * perSecond, perSecond};
}

/// Visit every frame of every muscle with its place among the samples.
template <typename Visit>
void visitFrames(const SampledExcitations& excitations, const std::vector<double>& frames,
        const std::vector<ActivationParameters>& parameters, const Visit& visit) {
    for (std::size_t frame = 0; frame < frames.size(); ++frame) {
        Position position;
        for (std::size_t m = 0; m < parameters.size(); ++m) {
            const double delay = parameters[m].electromechanicalDelay;
            // One delay for all muscles is the rule.
            if (m == 0 || delay != parameters[m - 1].electromechanicalDelay) {
                position = locate(excitations.times, frames[frame] - delay);
            }
            const auto next = std::min(position.index + 1, excitations.times.size() - 1);
            visit(frame, m, position, next);
        }
    }
}

} // namespace

Matrix sampleDelayed(const SampledExcitations& excitations, const std::vector<double>& frames,
        const std::vector<ActivationParameters>& parameters) {
    const auto& values = excitations.values;
    Matrix result(frames.size(), parameters.size());
    visitFrames(excitations, frames, parameters,
            [&](std::size_t frame, std::size_t m, const Position& at, std::size_t next) {
                const double from = values(at.index, m);
                result(frame, m) = from + at.fraction * (values(next, m) - from);
            });
    return result;
}

DelayedGradients computeDelayedGradients(const SampledExcitations& excitations,
        const std::vector<double>& frames, const std::vector<ActivationParameters>& parameters,
        const Matrix& gradient) {
    const auto& values = excitations.values;
    DelayedGradients result{
            Matrix(values.rows, values.columns), std::vector<double>(parameters.size())};
    visitFrames(excitations, frames, parameters,
            [&](std::size_t frame, std::size_t m, const Position& at, std::size_t next) {
                const double g = gradient(frame, m);
                result.excitations(at.index, m) += g * (1.0 - at.fraction);
                result.excitations(next, m) += g * at.fraction;
                result.delays[m] -= g * at.perSecond * (values(next, m) - values(at.index, m));
            });
    return result;
}

} // namespace nmm
