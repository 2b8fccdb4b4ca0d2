"""Every sentence that a person reads in the terminal. The commands hold none of their own."""

# ruff: noqa: F403 - each of these rooms names its sentences in its own __all__

from __future__ import annotations

from rbm_bots.cli.messages import bots, campaign, delivery, ledger, servers
from rbm_bots.cli.messages.bots import *
from rbm_bots.cli.messages.campaign import *
from rbm_bots.cli.messages.delivery import *
from rbm_bots.cli.messages.ledger import *
from rbm_bots.cli.messages.servers import *

__all__: list[str] = []
__all__ += bots.__all__
__all__ += campaign.__all__
__all__ += delivery.__all__
__all__ += ledger.__all__
__all__ += servers.__all__
