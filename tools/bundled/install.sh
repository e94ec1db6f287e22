#!/bin/sh
# Install jiqun from this bundle and start it: sh install.sh [--into DIR] [--home DIR] [--no-start]
cd "$(dirname "$0")" || exit 1
exec "${PYTHON:-python3}" install.py "$@"
