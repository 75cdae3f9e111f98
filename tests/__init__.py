"""Tests of AI Quota."""
