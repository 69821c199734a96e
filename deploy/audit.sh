#!/bin/sh
# What is known to be wrong with what we depend on, secrets in the tree, and a list of what is inside (SBOM).
# usage: deploy/audit.sh    needs the network for the first part; exits 1 when any part finds something
set -u
cd "$(dirname "$0")/.."
bin=.venv/bin
worst=0
echo "== known vulnerabilities (pip-audit)"
$bin/pip-audit --strict --require-hashes --disable-pip --requirement requirements.txt || worst=1
echo "== known vulnerabilities (npm audit)"
$bin/npm audit --omit=dev 2>/dev/null || worst=1
echo "== secrets in the tree (detect-secrets)"
git ls-files -z | grep -zvE 'requirements.txt$|package-lock.json$|mobile_contracts/' |
    xargs -0 $bin/detect-secrets-hook --baseline deploy/known-secrets.json || worst=1
echo "== software bill of materials: var/sbom.json"
mkdir -p var
$bin/cyclonedx-py requirements requirements.txt --output-file var/sbom.json || worst=1
exit $worst
