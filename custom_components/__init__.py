"""Custom integrations of this repository; a package, so that the tests import ours first."""
