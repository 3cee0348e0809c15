"""The tests of this folder import what is generated."""

from tests.client_package import generated

generated()
