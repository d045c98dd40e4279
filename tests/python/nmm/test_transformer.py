"""The encoder against PyTorch's own, and its names in the artefact."""

from __future__ import annotations

import torch

from nmm_opensim.nmm.transformer import Encoder, EncoderLayer, EncoderSize

SIZE = EncoderSize(width=8, heads=4, feed_forward=12, layers=3)


def make_reference(layer: EncoderLayer) -> torch.nn.TransformerEncoderLayer:
    """PyTorch's layer with the weights of ours."""
    reference = torch.nn.TransformerEncoderLayer(
        SIZE.width,
        SIZE.heads,
        SIZE.feed_forward,
        dropout=0.0,
        batch_first=True,
        norm_first=True,
        dtype=torch.float64,
    )
    pairs = {
        "self_attn.in_proj_weight": "attention_in.weight",
        "self_attn.in_proj_bias": "attention_in.bias",
        "self_attn.out_proj.weight": "attention_out.weight",
        "self_attn.out_proj.bias": "attention_out.bias",
        "linear1.weight": "feed_forward_0.weight",
        "linear1.bias": "feed_forward_0.bias",
        "linear2.weight": "feed_forward_1.weight",
        "linear2.bias": "feed_forward_1.bias",
        "norm1.weight": "attention_norm.weight",
        "norm1.bias": "attention_norm.bias",
        "norm2.weight": "feed_forward_norm.weight",
        "norm2.bias": "feed_forward_norm.bias",
    }
    own = layer.state_dict()
    reference.load_state_dict({theirs: own[ours] for theirs, ours in pairs.items()})
    return reference


def test_layers_do_what_pytorchs_do() -> None:
    torch.manual_seed(3)
    encoder = Encoder(SIZE)
    for parameter in encoder.parameters():
        torch.nn.init.normal_(parameter, std=0.5)
    tokens = torch.randn((5, 7, SIZE.width), dtype=torch.float64)
    expected = tokens
    for layer in encoder.layers:
        assert isinstance(layer, EncoderLayer)
        expected = make_reference(layer)(expected)
    norm = torch.nn.LayerNorm(SIZE.width, dtype=torch.float64)
    norm.load_state_dict(encoder.norm.state_dict())
    torch.testing.assert_close(encoder(tokens), norm(expected), rtol=1e-12, atol=1e-12)


def test_tensors_have_the_artefacts_names_and_shapes() -> None:
    tensors = Encoder(SIZE).list_tensors()
    assert len(tensors) == 12 * SIZE.layers + 2
    width, inner = SIZE.width, SIZE.feed_forward
    shapes = {
        "attention_norm.weight": (width,),
        "attention_norm.bias": (width,),
        "attention.in.weight": (3 * width, width),
        "attention.in.bias": (3 * width,),
        "attention.out.weight": (width, width),
        "attention.out.bias": (width,),
        "feed_forward_norm.weight": (width,),
        "feed_forward_norm.bias": (width,),
        "feed_forward.0.weight": (inner, width),
        "feed_forward.0.bias": (inner,),
        "feed_forward.1.weight": (width, inner),
        "feed_forward.1.bias": (width,),
    }
    for k in range(SIZE.layers):
        for name, shape in shapes.items():
            assert tensors[f"predictor.{k}.{name}"].shape == shape
    assert tensors["predictor.norm.weight"].shape == (width,)
    assert tensors["predictor.norm.bias"].shape == (width,)
