"""Names of code that configuration files may choose, as exact lists: what the common libraries write themselves.

Sources: sentence-transformers 2 to 6 (`modules.json`), diffusers 0.42 and older (`model_index.json`), MLflow flavours,
the configurations published with Stable Diffusion, peft (`auto_mapping`).
"""

from __future__ import annotations

import re


def _words(*lines: str) -> frozenset[str]:
    return frozenset(" ".join(lines).split())


_SENTENCE = _words(
    "Asym BoW CLIPModel CNN Dense Dropout LSTM LayerNorm Normalize Pooling Router StaticEmbedding Transformer",
    "WeightedLayerPooling WordEmbeddings WordWeights",
)
_SPARSE = _words("IDF MLMTransformer SpladePooling SparseAutoEncoder SparseStaticEmbedding")
_BASE = _words("Asym Dense Normalize Router Transformer")
_FILES = {
    "BoW": "bow", "CLIPModel": "clip_model", "CNN": "cnn", "LSTM": "lstm", "LayerNorm": "layer_norm",
    "LogitScore": "logit_score", "MLMTransformer": "mlm_transformer", "MultiVectorMask": "multi_vector_mask",
    "HierarchicalTokenPooling": "token_pooling", "SparseAutoEncoder": "sparse_auto_encoder",
    "SparseStaticEmbedding": "sparse_static_embedding", "SpladePooling": "splade_pooling",
    "StaticEmbedding": "static_embedding", "WeightedLayerPooling": "weighted_layer_pooling",
    "WordEmbeddings": "word_embeddings", "WordWeights": "word_weights", "Asym": "router",
}  # fmt: skip
_FOLDERS = {
    "sentence_transformers.models": _SENTENCE,
    "sentence_transformers.base.modules": _BASE,
    "sentence_transformers.cross_encoder.modules": _BASE | {"LogitScore"},
    "sentence_transformers.sentence_transformer.modules": _SENTENCE,
    "sentence_transformers.sparse_encoder.models": _SPARSE,
    "sentence_transformers.sparse_encoder.modules": _SPARSE,
    "sentence_transformers.multi_vector_encoder.modules": _words("HierarchicalTokenPooling MultiVectorMask"),
}


def _modules() -> frozenset[str]:
    """Each class as its package offers it, and by the module that defines it (old and new names of files)."""
    found: set[str] = set()
    for folder, classes in _FOLDERS.items():
        for name in classes:
            found |= {
                f"{folder}.{name}",
                f"{folder}.{name}.{name}",
                f"{folder}.{_FILES.get(name, name.lower())}.{name}",
            }
    return frozenset(found)


SENTENCE_MODULES = _modules()
"""What `type` in `modules.json` may say."""

_ACTIVATIONS = _words(
    "CELU ELU GELU GLU Hardshrink Hardsigmoid Hardswish Hardtanh LeakyReLU LogSigmoid LogSoftmax Mish PReLU RReLU ReLU",
    "ReLU6 SELU SiLU Sigmoid Softmax Softmax2d Softmin Softplus Softshrink Softsign Tanh Tanhshrink Threshold",
)
ACTIVATIONS = frozenset(
    {f"torch.nn.modules.activation.{name}" for name in _ACTIVATIONS}
    | {f"torch.nn.{name}" for name in _ACTIVATIONS}
    | {"torch.nn.Identity", "torch.nn.modules.linear.Identity"}
)
"""What an activation function of sentence-transformers may be called."""

DIFFUSERS_LIBRARIES = _words("diffusers transformers onnxruntime onnxruntime.training optimum tokenizers") | _words(
    "ace_step allegro alt_diffusion amused animatediff anyflow audio_diffusion audioldm audioldm2 aura_flow",
    "blip_diffusion bria bria_fibo bria_fibo2 chroma chronoedit cogvideo cogview3 cogview4 consisid consistency_models",
    "controlnet controlnet_hunyuandit controlnet_sd3 controlnet_xs cosmos dance_diffusion ddim ddpm deepfloyd_if",
    "deprecated diffusion_gemma dit dreamlite easyanimate ernie_image flux flux2 glm_image helios hidream_image",
    "hunyuan_image hunyuan_video hunyuan_video1_5 hunyuandit i2vgen_xl ideogram4 joyimage kandinsky kandinsky2_2",
    "kandinsky3 kandinsky5 kandinsky6 kolors krea2 latent_consistency_models latent_diffusion latent_diffusion_uncond",
    "latte ledits_pp llada2 longcat_audio_dit longcat_image ltx ltx2 lucy lumina lumina2 marigold mochi motif_video",
    "musicldm nucleusmoe_image omnigen ovis_image pag paint_by_example pia pixart_alpha pndm prx qwenimage qwenimage21",
    "repaint rfd4_proteina sana sana_video sana_wm score_sde_ve score_sde_vp semantic_stable_diffusion shap_e",
    "skyreels_v2 spectrogram_diffusion stable_audio stable_audio_3 stable_cascade stable_diffusion stable_diffusion_3",
    "stable_diffusion_attend_and_excite stable_diffusion_diffedit stable_diffusion_gligen stable_diffusion_k_diffusion",
    "stable_diffusion_ldm3d stable_diffusion_panorama stable_diffusion_safe stable_diffusion_sag stable_diffusion_xl",
    "stable_unclip stable_video_diffusion stochastic_karras_ve t2i_adapter text_to_video_synthesis unclip unidiffuser",
    "versatile_diffusion visualcloze vq_diffusion wan wuerstchen z_image",
)
"""Libraries, and pipeline packages inside of diffusers, that a component of a pipeline may come from."""

MLFLOW_LOADERS = frozenset(
    f"mlflow.{name}"
    for name in _words(
        "catboost diviner fastai gluon h2o keras lightgbm onnx paddle pmdarima prophet pytorch sentence_transformers",
        "sklearn spacy spark statsmodels tensorflow transformers xgboost",
    )
)
"""Loaders of MLflow's own flavours that build nothing but what they name; what they read is scanned by itself."""

_LATENT = _words(
    "ldm.lr_scheduler.LambdaLinearScheduler ldm.models.autoencoder.AutoencoderKL",
    "ldm.models.autoencoder.VQModelInterface",
    "ldm.models.diffusion.ddpm.LatentDepth2ImageDiffusion ldm.models.diffusion.ddpm.LatentDiffusion",
    "ldm.models.diffusion.ddpm.LatentInpaintDiffusion ldm.models.diffusion.ddpm.LatentUpscaleDiffusion",
    "ldm.modules.diffusionmodules.openaimodel.UNetModel",
    "ldm.modules.diffusionmodules.upscaling.ImageConcatWithNoiseAugmentation",
    "ldm.modules.encoders.modules.BERTEmbedder ldm.modules.encoders.modules.FrozenCLIPEmbedder",
    "ldm.modules.encoders.modules.FrozenOpenCLIPEmbedder ldm.modules.losses.LPIPSWithDiscriminator",
    "cldm.cldm.ControlLDM cldm.cldm.ControlNet cldm.cldm.ControlledUnetModel torch.nn.Identity",
)
_GENERATIVE = _words(
    "models.autoencoder.AutoencoderKL models.autoencoder.AutoencoderKLInferenceWrapper",
    "models.diffusion.DiffusionEngine modules.GeneralConditioner modules.diffusionmodules.denoiser.Denoiser",
    "modules.diffusionmodules.denoiser.DiscreteDenoiser modules.diffusionmodules.denoiser_scaling.EpsScaling",
    "modules.diffusionmodules.denoiser_scaling.VScalingWithEDMcNoise",
    "modules.diffusionmodules.denoiser_weighting.EpsWeighting modules.diffusionmodules.model.Decoder",
    "modules.diffusionmodules.discretizer.EDMDiscretization modules.diffusionmodules.model.Encoder",
    "modules.diffusionmodules.discretizer.LegacyDDPMDiscretization modules.diffusionmodules.guiders.VanillaCFG",
    "modules.diffusionmodules.guiders.LinearPredictionGuider modules.diffusionmodules.openaimodel.UNetModel",
    "modules.diffusionmodules.sampling.EulerEDMSampler modules.diffusionmodules.video_model.VideoUNet",
    "modules.encoders.modules.ConcatTimestepEmbedderND modules.encoders.modules.FrozenCLIPEmbedder",
    "modules.encoders.modules.FrozenOpenCLIPEmbedder2 modules.encoders.modules.FrozenOpenCLIPImagePredictionEmbedder",
    "modules.encoders.modules.VideoPredictionEmbedderWithEncoder modules.autoencoding.temporal_ae.VideoDecoder",
)
DIFFUSION_TARGETS = _LATENT | {f"sgm.{name}" for name in _GENERATIVE}
"""Classes that the configurations of Stable Diffusion name under `target`."""

PARENT_LIBRARY = re.compile(r"transformers\.models\.([a-z0-9_]{1,64})\.modeling_\1|torch\.nn\.modules\.[a-z]{1,32}")
"""Modules of model classes that peft notes for an adapter."""
IMPORT_PATH = re.compile(r"[^\W\d]\w*(?:\.[^\W\d]\w*)+")
"""A dotted name, as imports take it."""
