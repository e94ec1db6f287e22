@echo off
rem Install jiqun from this bundle and start it: install.bat [--into DIR] [--home DIR] [--no-start]
cd /d "%~dp0"
if defined PYTHON ("%PYTHON%" install.py %*) else (py -3 install.py %* || python install.py %*)
