"""Azure OpenAI."""

import re

from yarl import URL

from .. import parse
from ..account import Call
from ..credentials import api_key, base_url, text
from ..http import Reply, Verdict
from ..model import AuthFailed, Reading, Unavailable, Unsupported
from ..provider import Every, Provider, StatusLink, strategy

DATED_VERSION = "2024-10-21"
VERDICT = Verdict(
    auth="the key is not valid for this resource, or its network does not admit this machine",
    redirect=Unavailable,
    other=Unsupported,
)


class AzureOpenAI(Provider):
    """Azure OpenAI: whether one deployment answers. Its key has no access to spend or quota.

    Every fetch is a real request of one token, hence the long interval.
    Source: https://learn.microsoft.com/azure/ai-services/openai/reference
    """

    id = "azure_openai"
    name = "Azure OpenAI"
    dashboard = "https://ai.azure.com"
    status = StatusLink("https://azure.status.microsoft/en-us/status")
    missing = "give the key, the endpoint and the name of the deployment"
    key_is_account = True
    every = Every(default=60, minimum=30)
    fields = (
        api_key(
            "AZURE_OPENAI_API_KEY", help="Your resource, Keys and Endpoint, KEY 1.", link="https://portal.azure.com"
        ),
        base_url(
            None,
            "AZURE_OPENAI_ENDPOINT",
            help="Your resource, Keys and Endpoint, Endpoint.",
            link="https://portal.azure.com",
        ),
        text(
            "deployment",
            "AZURE_OPENAI_DEPLOYMENT_NAME",
            required=True,
            help="The name under Deployments, not that of the model.",
            link="https://ai.azure.com",
        ),
        text(
            "api_version",
            "AZURE_OPENAI_API_VERSION",
            default=DATED_VERSION,
            advanced=True,
            help="A dated version, or v1, which reasoning models need.",
        ),
    )

    async def is_complete(self, call: Call) -> bool:
        """Return whether all that a request needs is there; raise AuthFailed naming what is not."""
        for key in ("api_key", "base_url", "deployment"):
            if call.get(key) is None:
                raise AuthFailed(f"{key} is missing: {self.missing}")
        return True

    @strategy("api", when=is_complete)
    async def api(self, call: Call) -> Reading:
        """Ask the deployment for one word."""
        base, deployment = call["base_url"], call["deployment"]
        api = call.at(base, headers={"api-key": call["api_key"]}, timeout=20)
        messages = [{"role": "user", "content": "ping"}]
        if call["api_version"].lower() == "v1":
            path = added(base, "openai", "v1", "chat", "completions")
            question = {"messages": messages, "model": deployment, "max_completion_tokens": 64}
            reply = await api.post(path, json=question)
        else:
            path = added(base, "openai", "deployments", deployment, "chat", "completions")
            question = {"messages": messages, "max_tokens": 1}
            reply = await api.post(path, query={"api-version": call["api_version"]}, json=question)
        if 400 <= reply.status < 500 and reply.status not in (401, 403, 408, 429):
            raise Unsupported(await refusal(reply))
        answer = await reply.check(VERDICT).object()
        return Reading(account=deployment, organization=base.host, plan=parse.first_text(answer, "model"))


def added(base: URL, *segments: str) -> tuple[str, ...]:
    """Return the segments to add to the base, without those of them with which its path ends already."""
    path = [part.lower() for part in base.path.split("/") if part]
    for count in range(len(segments), 0, -1):
        if path[-count:] == [segment.lower() for segment in segments[:count]]:
            return segments[count:]
    return segments


async def refusal(reply: Reply) -> str:
    """Return what Azure says, and what may help."""
    answer = await reply.maybe_object()
    error = parse.mapping(answer.get("error"))
    message = parse.first_text(error, "message") or parse.first_text(answer, "message") or f"HTTP {reply.status}"
    message = re.sub(r"\s+", " ", message)[:240]
    if parse.first_text(error, "code") == "DeploymentNotFound":
        return f"{message} Check the name of the deployment."
    if reply.status == 400 and "max_tokens" in message:
        return f"{message} Set api_version to v1."
    return message
