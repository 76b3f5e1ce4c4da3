"""The event that API Gateway makes of an HTTP request (REST API, proxy integration).

As on AWS: path and path parameters stay percent-encoded, query parameters are decoded, `headers` and
`queryStringParameters` hold the last value of each name, and what is absent is null. One thing WSGI has lost: the
spelling of the headers' names, and headers sent twice come as one with commas.

Source: Amazon API Gateway Developer Guide, "Input format of a Lambda function for proxy integration".
"""

from __future__ import annotations

import base64
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

from werkzeug.wrappers import Request

from infra.local.resources import ACCOUNT_ID
from infra.local.rest_api import Resource

_API_ID = "local"
_NOBODY = (
    "accessKey",
    "accountId",
    "caller",
    "cognitoAuthenticationProvider",
    "cognitoAuthenticationType",
    "cognitoIdentityId",
    "cognitoIdentityPoolId",
    "principalOrgId",
    "user",
    "userArn",
)


def encoded_path(request: Request) -> str:
    """Return the path as the client sent it."""
    target: str = request.environ["REQUEST_URI"]
    path = urlsplit(target).path if "://" in target else target.partition("?")[0]
    return path or "/"


def proxy_event(
    request: Request, resource: Resource, *, body: bytes, is_binary: bool, stage: str, now: datetime
) -> dict[str, Any]:
    """Return the event of a request that is for `resource`; its body in base64 if `is_binary`."""
    path = encoded_path(request)
    forwarded = {
        "X-Forwarded-For": request.remote_addr or "",
        "X-Forwarded-Port": request.host.partition(":")[2] or "80",
        "X-Forwarded-Proto": request.scheme,
    }
    headers = {**{name: value for name, value in request.headers if value or name != "Content-Length"}, **forwarded}
    query = parse_qs(request.query_string.decode("latin-1"), keep_blank_values=True)
    request_id = str(uuid4())
    return {
        "resource": resource.pattern,
        "path": path,
        "httpMethod": request.method,
        "headers": headers,
        "multiValueHeaders": {name: [value] for name, value in headers.items()},
        "queryStringParameters": {name: values[-1] for name, values in query.items()} or None,
        "multiValueQueryStringParameters": query or None,
        "pathParameters": dict(resource.parameters) or None,
        "stageVariables": None,
        "requestContext": {
            "resourceId": "local",
            "resourcePath": resource.pattern,
            "httpMethod": request.method,
            "extendedRequestId": request_id,
            "requestTime": now.strftime("%d/%b/%Y:%H:%M:%S +0000"),
            "requestTimeEpoch": int(now.timestamp() * 1000),
            "requestId": request_id,
            "path": path,
            "accountId": ACCOUNT_ID,
            "protocol": request.environ.get("SERVER_PROTOCOL", "HTTP/1.1"),
            "stage": stage,
            "domainName": request.host,
            "domainPrefix": request.host.partition(".")[0],
            "deploymentId": "local",
            "apiId": _API_ID,
            "identity": {
                **dict.fromkeys(_NOBODY),
                "sourceIp": request.remote_addr or "",
                "userAgent": request.headers.get("User-Agent"),
            },
        },
        "body": _text(body, is_binary=is_binary) if body else None,
        "isBase64Encoded": bool(body) and is_binary,
    }


def _text(body: bytes, *, is_binary: bool) -> str:
    return base64.b64encode(body).decode("ascii") if is_binary else body.decode("utf-8", "replace")
