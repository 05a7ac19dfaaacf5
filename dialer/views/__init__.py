"""Read models for desktops and supervisors: frozen structs, made from the live state by pure functions.

Desktops never see the states of engines or legs; they see the call in the words of an agent.
"""
