"""The catalogue: the ids and names of all providers, without importing their modules."""

from functools import cache
from importlib import import_module
from typing import TypeIs

from ..provider import Provider

PROVIDERS = {
    "abacus": "Abacus AI",
    "aiand": "ai&",
    "alibaba_coding_plan": "Alibaba Coding Plan",
    "alibaba_token_plan": "Alibaba Token Plan",
    "amp": "Amp",
    "antigravity": "Antigravity",
    "augment": "Augment",
    "azure_openai": "Azure OpenAI",
    "bedrock": "AWS Bedrock",
    "chutes": "Chutes",
    "claude": "Claude",
    "clawrouter": "ClawRouter",
    "clinepass": "ClinePass",
    "codebuff": "Codebuff",
    "codex": "Codex",
    "command_code": "Command Code",
    "copilot": "GitHub Copilot",
    "crof": "Crof",
    "cursor": "Cursor",
    "deepgram": "Deepgram",
    "deepinfra": "DeepInfra",
    "deepseek": "DeepSeek",
    "devin": "Devin",
    "doubao": "Doubao",
    "elevenlabs": "ElevenLabs",
    "factory": "Factory",
    "fireworks": "Fireworks",
    "gemini": "Gemini",
    "grok": "Grok",
    "groq": "Groq",
    "ibm_bob": "IBM Bob",
    "jetbrains": "JetBrains AI",
    "kilo": "Kilo",
    "kimi": "Kimi Code",
    "kimi_k2": "Kimi K2 (unofficial)",
    "kiro": "Kiro",
    "litellm": "LiteLLM",
    "llm_proxy": "LLM Proxy",
    "longcat": "LongCat",
    "manus": "Manus",
    "mimo": "Xiaomi MiMo",
    "minimax": "MiniMax",
    "mistral": "Mistral",
    "moonshot": "Moonshot",
    "neuralwatt": "Neuralwatt",
    "notion": "Notion AI",
    "ollama": "Ollama",
    "openai": "OpenAI",
    "opencode": "OpenCode",
    "opencode_go": "OpenCode Go",
    "openrouter": "OpenRouter",
    "perplexity": "Perplexity",
    "poe": "Poe",
    "qoder": "Qoder",
    "qwen_cloud": "Qwen Cloud",
    "sakana": "Sakana AI",
    "stepfun": "StepFun",
    "sub2api": "sub2api",
    "synthetic": "Synthetic",
    "t3_chat": "T3 Chat",
    "venice": "Venice",
    "vertex_ai": "Vertex AI",
    "warp": "Warp",
    "wayfinder": "Wayfinder",
    "windsurf": "Windsurf",
    "xai": "xAI",
    "zai": "z.ai",
    "zed": "Zed",
    "zenmux": "ZenMux",
    "zoommate": "ZoomMate",
}


@cache
def load(provider_id: str) -> Provider:
    """Return a provider; its module is imported, which blocks: call this in a thread.

    Raises KeyError for an id that is not in the catalogue.
    """
    if provider_id not in PROVIDERS:
        raise KeyError(provider_id)
    module = import_module(f".{provider_id}", __name__)
    return next(value() for value in vars(module).values() if _is_provider(value, provider_id))


def _is_provider(value: object, provider_id: str) -> TypeIs[type[Provider]]:
    return isinstance(value, type) and issubclass(value, Provider) and vars(value).get("id") == provider_id
