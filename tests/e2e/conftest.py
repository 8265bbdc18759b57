"""End-to-end tests: one Folkmoot for all of them, a company of its own for each."""

from tests.support.whole import another_company, company, folkmoot, whole

__all__ = ["another_company", "company", "folkmoot", "whole"]
