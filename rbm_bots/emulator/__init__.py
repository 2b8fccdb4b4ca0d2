"""A fake operator: BotHub on its real wire, phones, faults, and a control API to move them all."""

from __future__ import annotations

from rbm_bots.emulator.app import Emulator, build_emulator
from rbm_bots.emulator.settings import EmulatorSettings, with_settings

__all__ = ["Emulator", "EmulatorSettings", "build_emulator", "with_settings"]
