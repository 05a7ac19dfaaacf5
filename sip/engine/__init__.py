"""The engine: the only importer of pjsua2."""
