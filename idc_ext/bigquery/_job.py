"""Jobs in BigQuery, by Google's client: credentials, timeouts, retries, and its errors as errors of this package.

A refusal is a `BigQueryError`, missing or expired credentials are a `CredentialsError`, and a missing response is an
`httpx.TransportError`, as everywhere in this package. A job is cancelled if the wait for it ends early. Google's client
is imported late.
"""

from __future__ import annotations

import functools
import os
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

import httpx
from attrs import frozen

from .._http import deadline
from .._http.steps import Wait, Work
from .._tables.optional import import_optional
from ..errors import BigQueryError, CredentialsExpired, CredentialsNotFound, InvalidFilter

if TYPE_CHECKING:
    from collections.abc import Iterator

    from google.cloud.bigquery import Client
    from google.cloud.bigquery.job import QueryJob
    from google.cloud.bigquery.table import RowIterator

    from .._http.steps import Steps

#: Environment variable with another endpoint, as for Google's client. No credentials are sent there.
EMULATOR_VARIABLE = "BIGQUERY_EMULATOR_HOST"
#: In seconds: how long a request may take, and for how long temporary failures are retried.
_TIMEOUT, _RETRY_SECONDS = 60.0, 60.0
#: In seconds: how long the cancellation of a job may take.
_CANCEL_TIMEOUT = 5.0
#: In seconds: the pauses between requests for the state of a job.
_FIRST_PAUSE, _LAST_PAUSE = 0.1, 2.0
#: The maximum length of a message of Google's.
_MAX_MESSAGE_LENGTH = 300
_LOGIN = "run `gcloud auth application-default login`, or set GOOGLE_APPLICATION_CREDENTIALS to a file"


def default_client(project: str | None) -> Client:
    """Make Google's client with the Application Default Credentials of this machine.

    Raises:
        CredentialsNotFound: there are no credentials.
        InvalidFilter: no project that pays is set.
    """
    bigquery, problems = import_optional("google.cloud.bigquery"), import_optional("google.auth.exceptions")
    anonymous = (
        import_optional("google.auth.credentials").AnonymousCredentials() if os.environ.get(EMULATOR_VARIABLE) else None
    )
    try:
        client: Client = bigquery.Client(project=project or None, credentials=anonymous)
    except problems.DefaultCredentialsError:
        if anonymous is None:
            raise CredentialsNotFound(f"BigQuery needs credentials of Google Cloud: {_LOGIN}") from None
    except OSError as error:  # the library has no class for this error
        if "Project was not passed" not in str(error):
            raise
    else:
        return client
    raise InvalidFilter(
        "BigQuery needs the project that pays for the query: set it (argument project, option --project, or "
        "GOOGLE_CLOUD_PROJECT)"
    )


@frozen
class QueryRunner:
    """A client with the timeout and the retries of its requests.

    Attributes:
        client: Google's client.
        timeout: Seconds that a request may take; None for the default.
        retries: 0 for no retries; otherwise temporary failures are retried for up to a minute.
    """

    client: Client
    timeout: float | None = None
    retries: int | None = None

    def dry_run(self, statement: str) -> QueryJob:
        """Check and measure a statement by a dry run, which costs nothing."""
        return self._start_query(statement, dry_run=True)

    def run_job(self, statement: str, most: int) -> Steps[QueryJob]:
        """Start a job and wait for its end; BigQuery refuses it if it would read more than `most` bytes.

        Any exception during the wait, also an interruption, cancels the job.
        """
        started: list[QueryJob] = []
        pause = _FIRST_PAUSE
        try:
            yield Work(lambda: started.append(self._start_query(statement, maximum_bytes_billed=most)))
            (job,) = started
            while not (yield Work(functools.partial(self._is_done, job))):
                yield Wait(pause, f"BigQuery's job {job.job_id}")
                pause = min(2 * pause, _LAST_PAUSE)
        except BaseException:
            # Not in a thread: an event loop that ends does not wait for one, and a job that continues costs money.
            for job in started:
                with suppress(Exception):
                    job.cancel(retry=None, timeout=_CANCEL_TIMEOUT)
            raise
        return job

    def _is_done(self, job: QueryJob) -> bool:
        with self.translated_errors():
            return bool(job.done(**self._request_limits()))

    def rows(self, job: QueryJob) -> RowIterator:
        """Give the rows of a finished job. They are fetched as they are used; do that within `translated_errors()`."""
        with self.translated_errors():
            found: Any = job.result(job_retry=None, **self._request_limits())
            return found  # type: ignore[no-any-return] # a SELECT has rows

    @contextmanager
    def translated_errors(self) -> Iterator[None]:
        """Translate errors of Google's client within the block to errors of this package."""
        problems, lost = import_optional("google.auth.exceptions"), import_optional("requests.exceptions")
        refusals = import_optional("google.api_core.exceptions")
        try:
            yield
        except refusals.RetryError as error:
            raise self._translated_error(error.cause, refusals, problems) from error
        except (refusals.GoogleAPICallError, problems.GoogleAuthError, lost.RequestException) as error:
            raise self._translated_error(error, refusals, problems) from error

    def _translated_error(self, error: Any, refusals: Any, problems: Any) -> Exception:
        until = deadline.current()
        if isinstance(error, refusals.GoogleAPICallError):
            # The text of the library's error also has the request and the job; only the message is kept.
            first: dict[str, Any] = next(iter(error.errors), {})
            said = " ".join(str(first.get("message") or error.message).split())[:_MAX_MESSAGE_LENGTH]
            return BigQueryError(said, status=int(error.code or 0), reason=first.get("reason"))
        if isinstance(error, problems.GoogleAuthError) and not isinstance(error, problems.TransportError):
            return CredentialsExpired(f"Google refused the credentials ({str(error)[:_MAX_MESSAGE_LENGTH]}): {_LOGIN}")
        if until is not None and until.over():
            return until.exceeded("a request to BigQuery")
        request = httpx.Request("POST", str(self.client._connection.API_BASE_URL))
        kind = (
            httpx.ReadTimeout
            if isinstance(error, import_optional("requests.exceptions").Timeout)
            else httpx.NetworkError
        )
        return kind(str(error)[:_MAX_MESSAGE_LENGTH], request=request)

    def _start_query(self, statement: str, **settings: int) -> QueryJob:
        config = import_optional("google.cloud.bigquery").QueryJobConfig(**settings)
        with self.translated_errors():
            return self.client.query(statement, job_config=config, job_retry=None, **self._request_limits())

    def check_deadline(self) -> None:
        """Raise DeadlineExceeded if the deadline has passed."""
        until = deadline.current()
        if until is not None and until.over():
            raise until.exceeded("a request to BigQuery")

    def _request_limits(self) -> dict[str, Any]:
        self.check_deadline()
        until = deadline.current()
        again = import_optional("google.cloud.bigquery").DEFAULT_RETRY
        retry = None if self.retries == 0 else again.with_timeout(deadline.cap_timeout(_RETRY_SECONDS, until))
        limit = _TIMEOUT if self.timeout is None else self.timeout
        return {"retry": retry, "timeout": deadline.cap_timeout(limit, until)}
