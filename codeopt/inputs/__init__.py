"""Plans of calls that nobody made: from sketches of recorded ones, the signature and the constants. The only importer of hypothesis."""
