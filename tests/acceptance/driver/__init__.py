"""Drives real servers.

An emulated operator with many phones, server processes to kill, and an audit of what is left.
"""
