"""报警 alarms after ISA-18.2: what a limit is, when a condition holds, which state follows which, and how loud it gets.

`diagram` is the state diagram read from its pack, `condition` deadband and delays, `alarm` the pure step from state and
event to state and effects, `counting` floods, chattering and priorities. No clock: every instant is handed in.

Not checked against the text of the standard, which nobody here has; against who read it: docs/explanation/standards-read.md.
"""
