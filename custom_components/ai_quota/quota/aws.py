"""Amazon Web Services: the credentials of a named profile, and signatures, both by botocore.

botocore takes long to import, reads files, may run a program and has a network client of its own for
roles and SSO: import this module in a thread, and call `keys_of_profile` in one.
"""

from collections.abc import Mapping, Sequence
from functools import partial
import logging
from pathlib import Path
import subprocess
from typing import Any, NoReturn, override

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import (
    AssumeRoleProvider,
    CanonicalNameCredentialSourcer,
    CredentialProvider,
    CredentialResolver,
    Credentials,
    EnvProvider,
    ProcessProvider,
    ProfileProviderBuilder,
    ReadOnlyCredentials,
)
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectionError as NoConnection,
    CredentialRetrievalError,
    HTTPClientError,
    SSOError,
    TokenRetrievalError,
)
from botocore.parsers import ResponseParserError
from botocore.session import Session
from botocore.utils import JSONFileCache

from .local import clean_environment
from .model import AuthFailed, InvalidResponse, QuotaError, RateLimited, Unavailable

PROGRAM_SECONDS = 15
ONE_SHORT_TRY = Config(connect_timeout=5, read_timeout=10, retries={"total_max_attempts": 1})

AMBIENT = ("AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")
"""What would speak for another account than that of the profile."""

FAILURES = (BotoCoreError, ClientError, ResponseParserError, OSError, subprocess.SubprocessError, ValueError)

if (logger := logging.getLogger("botocore")).level == logging.NOTSET:
    # When debugging it writes out what it signs and receives, tokens included. Who wants that may ask for it by name.
    logger.setLevel(logging.WARNING)


def signed(
    keys: ReadOnlyCredentials, service: str, region: str, url: str, headers: Mapping[str, str], body: bytes
) -> dict[str, str]:
    """Return the headers of a POST request together with those that sign it.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv.html
    """
    request = AWSRequest("POST", url, headers=dict(headers), data=body)
    SigV4Auth(keys, service, region).add_auth(request)
    return dict(request.headers.items())


def pair(access_key: str, secret_key: str, token: str | None) -> ReadOnlyCredentials:
    """Return credentials that were given as they are."""
    return Credentials(access_key, secret_key, token).get_frozen_credentials()


class Profiles:
    """The profiles of the AWS files of one home directory: https://docs.aws.amazon.com/sdkref/latest/guide/file-format.html."""

    def __init__(self, home: Path, config_file: Path, credentials_file: Path, env: Mapping[str, str]) -> None:
        self._home = home
        self._files = {"config_file": config_file, "credentials_file": credentials_file}
        self._env = env

    def read(self, name: str, region: str | None) -> tuple[ReadOnlyCredentials, str | None]:
        """Return the credentials of a profile, and its region; roles are assumed in `region`, else there.

        Keys, roles, SSO and programs of the profile count; neither the keys in the environment nor what
        the machine itself is given. Raises AuthFailed when there are no credentials, Unavailable when
        a server or program that has them does not answer.
        """
        try:
            return self._read(name, region)
        except FAILURES as err:
            raise failure(err, name) from None

    def _read(self, name: str, region: str | None) -> tuple[ReadOnlyCredentials, str | None]:
        # No variable names the profile: AWS_PROFILE must not speak here.
        variables = {key: (None, None, str(path), None) for key, path in self._files.items()}
        session = Session({**variables, "profile": (None, None, None, None)}, profile=name)
        session.set_default_client_config(ONE_SHORT_TRY)
        profile = session.full_config["profiles"].get(name)
        if profile is None:
            raise AuthFailed(f"there is no profile {name} in the AWS files")
        found = self._chain(session, name, region or profile.get("region")).load_credentials()
        if found is None:
            raise AuthFailed(f"the profile {name} has no credentials")
        return found.get_frozen_credentials(), profile.get("region")

    def _chain(self, session: Session, name: str, region: str | None) -> CredentialResolver:
        cache: dict[str, Any] = {}
        tokens = self._home / ".aws"
        own = OwnProviders(
            self._env,
            session,
            cache=cache,
            region_name=region,
            sso_token_cache=JSONFileCache(str(tokens / "sso" / "cache")),
            login_token_cache=JSONFileCache(str(tokens / "login" / "cache")),
        )
        roles = AssumeRoleProvider(
            load_config=lambda: session.full_config,
            client_creator=partial(session.create_client, region_name=region or "us-east-1"),
            cache=cache,
            profile_name=name,
            prompter=partial(refuse_mfa, name),
            credential_sourcer=CanonicalNameCredentialSourcer([EnvProvider(self._env)]),
            profile_provider_builder=own,
        )
        return CredentialResolver([roles, *own.providers(name, disable_env_vars=True)])


class OwnProviders(ProfileProviderBuilder):  # type: ignore[misc]  # botocore has no types
    """What a profile itself holds; a program that it names is bounded, and sees no other account."""

    def __init__(self, env: Mapping[str, str], session: Session, **caches: Any) -> None:
        super().__init__(session, **caches)
        self._load_config = lambda: session.full_config
        kept = clean_environment(env, "AWS_")
        self._popen = partial(Bounded, env={name: value for name, value in kept.items() if name not in AMBIENT})

    @override
    def providers(self, profile_name: str, disable_env_vars: bool = False) -> list[CredentialProvider]:
        """Return the ways in which a profile may name its credentials, in order."""
        program = ProcessProvider(profile_name, self._load_config, self._popen)
        found = super().providers(profile_name, disable_env_vars)
        return [program if isinstance(each, ProcessProvider) else each for each in found]


class Bounded(subprocess.Popen[bytes]):
    """A program without input that is ended when it takes too long."""

    def __init__(self, argv: Sequence[str], **more: Any) -> None:
        super().__init__(argv, stdin=subprocess.DEVNULL, **more)

    @override
    def communicate(self, input: Any = None, timeout: float | None = None) -> tuple[Any, Any]:
        """Return what it writes; raises TimeoutExpired when it has not ended in time."""
        try:
            return super().communicate(input, PROGRAM_SECONDS if timeout is None else timeout)
        except subprocess.TimeoutExpired:
            with self:
                self.kill()
            raise


def refuse_mfa(name: str, question: str) -> NoReturn:
    """Raise AuthFailed: nobody is there to type a code."""
    raise AuthFailed(f"the profile {name} needs a code of an MFA device, which nobody can type here")


def failure(err: Exception, name: str) -> QuotaError:
    """Return what it means that the credentials of a profile cannot be had.

    What a program has written is not told: it may be a secret.
    """
    match err:
        case SSOError() | TokenRetrievalError():
            return AuthFailed(f"the SSO session is missing or has ended: run `aws sso login --profile {name}`")
        case ClientError():
            return refusal(err, name)
        case NoConnection() | HTTPClientError() | ResponseParserError():
            return Unavailable(f"AWS does not answer for the profile {name} ({type(err).__name__})")
        case CredentialRetrievalError():
            return AuthFailed(f"the profile {name} names a source that gave no credentials")
        case BotoCoreError():
            return AuthFailed(f"the profile {name} cannot be used: {err}")
        case OSError() | subprocess.SubprocessError():
            return Unavailable(f"the program of the profile {name} failed ({type(err).__name__})")
    return InvalidResponse(f"the credentials of the profile {name} cannot be read ({type(err).__name__})")


def refusal(err: ClientError, name: str) -> QuotaError:
    """Return what it means that AWS refuses a role or an SSO session."""
    error = err.response.get("Error", {})
    code, status = error.get("Code", ""), err.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    if code == "Throttling" or status == 429:
        return RateLimited()
    if status >= 500:
        return Unavailable(f"AWS answered HTTP {status} for the profile {name}")
    return AuthFailed(f"AWS refuses the profile {name}: {code}: {error.get('Message', '')}")
