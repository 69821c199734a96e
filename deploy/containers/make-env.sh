#!/bin/sh
# Prints a .env for compose.yaml with fresh secrets, set up for the stand-ins:
#   sh deploy/containers/make-env.sh > .env && chmod 600 .env
# For real providers empty the *_BASE_URL, put in their credentials (of texts both providers or one, the other one's emptied),
# and make GRIDLOOP_PUBLIC_URL the https address under which phones and providers reach the api.
set -eu

hex() { od -An -N"$1" -tx1 /dev/urandom | tr -d ' \n'; }
key() { head -c 32 /dev/urandom | base64 | tr -d '\n'; }

cat <<ENV
SUPERUSER_PASSWORD=$(hex 24)
OWNER_PASSWORD=$(hex 24)
APP_PASSWORD=$(hex 24)
GRIDLOOP_SECRET_KEY=$(hex 32)
GRIDLOOP_SEALING_KEYS=k1:$(key)
GRIDLOOP_INDEX_KEY=$(key)
GRIDLOOP_PUBLIC_URL=http://api:8080
GRIDLOOP_DEMO=1
GRIDLOOP_FCM_BASE_URL=http://fcm:8091
GRIDLOOP_FCM_CREDENTIALS=/srv/gridloop/var/sandbox/fcm-service-account.json
GRIDLOOP_TWILIO_BASE_URL=http://twilio:8092
GRIDLOOP_TWILIO_ACCOUNT_SID=AC$(hex 16)
GRIDLOOP_TWILIO_AUTH_TOKEN=$(hex 16)
GRIDLOOP_TWILIO_FROM=+15005550006
GRIDLOOP_ALIYUN_BASE_URL=http://aliyun:8093
GRIDLOOP_ALIYUN_ACCESS_KEY_ID=LTAI$(hex 10)
GRIDLOOP_ALIYUN_ACCESS_KEY_SECRET=$(hex 15)
GRIDLOOP_WEBPUSH_BASE_URL=http://webpush:8094
GRIDLOOP_WEBPUSH_VAPID_KEY=$(key | tr '+/' '-_' | tr -d '=')
GRIDLOOP_WEBPUSH_CONTACT=mailto:desk@gridloop.example
GRIDLOOP_SANDBOX_CONTROL_KEY=$(hex 16)
ENV
