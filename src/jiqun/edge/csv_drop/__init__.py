"""CSV 投放: files other programs put into a folder, each taken once."""
