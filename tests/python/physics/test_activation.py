"""Excitation to activation in torch: OpenSim's dynamics and exact gradients."""

from __future__ import annotations

import numpy as np
import opensim
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from nmm_opensim import _core
from nmm_opensim.physics.muscles.activation import ActivationParameters, compute_activations


def test_against_opensims_model_integrated_finely() -> None:
    reference = opensim.MuscleFirstOrderActivationDynamicModel()
    reference.set_activation_time_constant(0.01)
    reference.set_deactivation_time_constant(0.04)
    reference.set_minimum_activation(0.01)
    times = np.arange(60.0) * 0.01
    excitation = np.clip(0.5 + 0.6 * np.sin(12 * times), 0.0, 1.0)
    computed = compute_activations(
        times,
        torch.tensor(excitation[:, None]),
        ActivationParameters(
            torch.zeros(1, dtype=torch.float64),
            torch.tensor([0.01], dtype=torch.float64),
            torch.tensor([0.04], dtype=torch.float64),
            np.array([0.01]),
        ),
    )
    # Heun's method at 20 microseconds, with OpenSim's own derivative and a control that keeps above
    # the minimum activation.
    control = np.maximum(excitation, 0.01)
    step, a, expected = 2e-5, control[0], []
    for k in range(len(times) * 500 - 499):
        if k % 500 == 0:
            expected.append(a)
        u0, u1 = np.interp([k * step, (k + 1) * step], times, control)
        d0 = reference.calcDerivative(a, u0)
        a += 0.5 * step * (d0 + reference.calcDerivative(a + step * d0, u1))
    np.testing.assert_allclose(computed[:, 0], expected, rtol=0, atol=5e-6)


def test_gradients() -> None:
    random = np.random.default_rng(0)
    times = np.cumsum(random.uniform(0.002, 0.02, 15))
    inputs = (
        torch.tensor(random.uniform(0.05, 0.95, (15, 3)), requires_grad=True),
        torch.tensor([-2.0, -0.3, -1e-5], dtype=torch.float64, requires_grad=True),
        torch.tensor([0.01, 0.02, 0.03], dtype=torch.float64, requires_grad=True),
        torch.tensor([0.04, 0.08, 0.12], dtype=torch.float64, requires_grad=True),
    )
    minimum = np.full(3, 0.01)
    assert torch.autograd.gradcheck(
        lambda e, s, a, d: compute_activations(times, e, ActivationParameters(s, a, d, minimum)),
        inputs,
        eps=1e-7,
        atol=1e-5,
    )


def test_gradients_by_delay_and_by_samples() -> None:
    random = np.random.default_rng(1)
    times = 0.2 + np.cumsum(random.uniform(0.002, 0.02, 10))
    samples = np.arange(0.0, 0.45, 0.0037)
    inputs = (
        torch.tensor(random.uniform(0.05, 0.95, (len(samples), 3)), requires_grad=True),
        torch.tensor([-2.0, -0.3, -1e-5], dtype=torch.float64, requires_grad=True),
        torch.tensor([0.01, 0.02, 0.03], dtype=torch.float64, requires_grad=True),
        torch.tensor([0.04, 0.08, 0.12], dtype=torch.float64, requires_grad=True),
        torch.tensor([0.0, 0.0412, 0.1251], dtype=torch.float64, requires_grad=True),
    )
    minimum = np.full(3, 0.01)
    assert torch.autograd.gradcheck(
        lambda e, s, a, d, delay: compute_activations(
            times, e, ActivationParameters(s, a, d, minimum, delay), excitation_times=samples
        ),
        inputs,
        eps=1e-7,
        atol=1e-5,
    )


NUMBERS = st.floats(allow_nan=False, allow_infinity=False)


@settings(max_examples=300, deadline=None)
@given(
    excitations=st.lists(st.floats(0.0, 1.0) | NUMBERS, min_size=2, max_size=5),
    steps=st.lists(st.floats(1e-5, 1.0), min_size=5, max_size=5),
    parameters=st.tuples(
        st.floats(-5.0, 0.0) | NUMBERS,
        st.floats(0.001, 0.2) | NUMBERS,
        st.floats(0.001, 0.2) | NUMBERS,
        st.floats(-0.5, 0.5) | NUMBERS,
    ),
)
def test_no_nan_for_any_finite_input(
    excitations: list[float], steps: list[float], parameters: tuple[float, float, float, float]
) -> None:
    """What is beyond every muscle is refused, all else gives finite activations and gradients."""
    times = np.cumsum(steps)[: len(excitations)]
    tensors = [torch.tensor(excitations, dtype=torch.float64)[:, None]]
    tensors += [torch.tensor([x], dtype=torch.float64) for x in parameters]
    tensors = [x.requires_grad_() for x in tensors]
    excitation, shape, rise, fall, delay = tensors
    try:
        activation = compute_activations(
            times, excitation, ActivationParameters(shape, rise, fall, np.array([0.01]), delay)
        )
    except _core.CoreError:
        return
    torch.autograd.backward(activation.sum())
    assert ((activation >= 0.01) & (activation <= 1.0)).all()
    assert all(x.grad is not None and torch.isfinite(x.grad).all() for x in tensors)
