# Two small commands for trying the API of a running `make run`; source it: `. docs/by-hand.sh`
# Needs curl and the demo station. GRIDLOOP is the address `make run` printed.
GRIDLOOP=${GRIDLOOP:-http://127.0.0.1:8080}

# sign_in USERNAME: an access token, by password and second factor.
sign_in() {
    _password=$(sed -n 's/.*password of all: \(.*\))/\1/p' var/demo-signins.txt)
    _code=$(deploy/local/start exec flask --app wsgi demo code "$1")
    curl -s "$GRIDLOOP/v1/sign-in/password" -H 'Content-Type: application/json' \
        -d "{\"username\": \"$1\", \"password\": \"$_password\", \"totp\": \"$_code\"}" |
        sed -n 's/.*"access_token":"\([^"]*\)".*/\1/p'
}

# call TOKEN PATH [BODY]: GET without a body, POST with one, under an Idempotency-Key of its own.
call() {
    if [ $# -gt 2 ]; then
        curl -s "$GRIDLOOP/v1$2" -H "Authorization: Bearer $1" -H 'Content-Type: application/json' \
            -H "Idempotency-Key: $(date +%s%N)" -d "$3"
    else
        curl -s "$GRIDLOOP/v1$2" -H "Authorization: Bearer $1"
    fi
    echo
}

# field NAME: the first value of a field in a JSON answer.
field() { sed -n "s/^[^}]*\"$1\":\"\([^\"]*\)\".*/\1/p"; }

# story: a timeline as lines of time, what happened, and its figures (ids left out).
story() {
    python3 -c '
import json, sys
for event in json.load(sys.stdin)["items"]:
    facts = {k: v for k, v in event["data"].items() if not k.endswith(("_id", "_at"))}
    print(event["at"][11:19], event["kind"].ljust(11), *(f"{k}={v}" for k, v in facts.items()))'
}
