#!/bin/sh
# Writes a small Debian system with Python as a tar stream: the base image where no registry can be reached.
# Usage: debian.sh SUITE FOLDER > base.tar   (as root; FOLDER must not exist, and is left to the caller to remove)
set -eu
suite=$1
folder=$2
debootstrap --variant=minbase --include=python3,python3-venv,ca-certificates "$suite" "$folder" >&2
# Package archives and lists are of no use in a sandbox.
rm -rf "$folder"/var/cache/apt/archives/*.deb "$folder"/var/lib/apt/lists/* "$folder"/var/cache/apt/*.bin
exec tar -C "$folder" --numeric-owner --one-file-system -c .
