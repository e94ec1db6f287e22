"""命令行: the command tree `jiqun`, one file per verb group; only parses, calls actions and prints."""
