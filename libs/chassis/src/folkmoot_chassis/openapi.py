"""What a service's OpenAPI document says of every route: who may call, and problems.

The schemes are declarations: `auth` reads the header itself, to answer as a problem.
"""

from typing import Any

from fastapi import FastAPI
from fastapi.security import HTTPBearer
from pydantic import BaseModel, ConfigDict, Field
from typing_extensions import override

from folkmoot_chassis.problems import MEDIA_TYPE

PERSON = HTTPBearer(
    scheme_name="person",
    bearerFormat="JWT",
    description="The token of a person, signed with a key that the service knows.",
    auto_error=False,
)


class Problem(BaseModel):
    """What went wrong with a request (RFC 9457)."""

    model_config = ConfigDict(extra="allow")

    type: str = Field(description="A URN; what a program may go by.")
    title: str
    status: int
    detail: str = Field(default="", description="Left out where there is none.")


ON_PROBLEM: dict[int | str, dict[str, Any]] = {
    "default": {
        "description": "What is wrong.",
        "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
}


class DocumentedApp(FastAPI):
    """An application whose document holds the schema that every route refers to."""

    @override
    def openapi(self) -> dict[str, Any]:
        document = super().openapi()
        schemas = document.setdefault("components", {}).setdefault("schemas", {})
        schemas["Problem"] = Problem.model_json_schema()
        return document
